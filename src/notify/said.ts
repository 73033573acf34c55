/** Why it did not work, in the words of whoever said it: one harmless short line, without what must stay secret. */

import { messageOf } from '../domain/message-of.ts';
import { plain } from './message.ts';

const MOST = 200;

/** What is looked at of it; longer than any secret. */
const MOST_READ = 8000;

/** @param secrets what must not stand in it, as it is, decoded or in base64 */
export function saidBy(error: unknown, secrets: readonly string[]): string {
  const message = messageOf(error);
  // Before anything of it is cut or written otherwise: a part of a secret is one too.
  const said = withoutSecrets(message.slice(0, MOST_READ), secrets);
  return plain(said.replace(/\s+/g, ' ').trim(), MOST);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  // The longest first: what holds another is not left in halves.
  const forms = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return forms.reduce((shown, form) => shown.replaceAll(form, '(secret)'), text);
}

/** Too short a text is no secret, and stands in every sentence. */
function formsOf(secret: string): string[] {
  if (secret.length < 3) return [];
  const encoded = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [secret, decoded(secret), encoded];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
