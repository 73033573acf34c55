/** Why it did not work, in the words of whoever said it: one harmless short line, without what must stay secret. */
import { plain } from './message.ts';

const MOST = 200;

/** @param secrets what must not stand in it, as it is or in base64 */
export function saidBy(error: unknown, secrets: readonly string[]): string {
  const message = error instanceof Error ? error.message : String(error);
  return withoutSecrets(
    plain(
      message
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 4 * MOST),
      2 * MOST,
    ),
    secrets,
  ).slice(0, MOST);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) {
    if (secret.length < 3) continue;
    const encoded = Buffer.from(secret).toString('base64').replace(/=+$/, '');
    for (const form of [secret, encoded]) shown = shown.replaceAll(form, '(secret)');
  }
  return shown;
}
