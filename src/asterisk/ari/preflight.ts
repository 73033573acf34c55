/**
 * One plain request before ari-client is let loose: with a wrong password the library throws instead of saying so, and
 * at a server that is no ARI it waits for ever. It tells the reasons apart in words for an operator, and never repeats
 * the password.
 */
import type { AsteriskInfo } from '../port.ts';

/** Only an operator can help. */
export class AriRefused extends Error {
  override readonly name = 'AriRefused';
}

export interface Credentials {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * @throws AriRefused where the user, the password or the address is wrong
 * @throws Error where nobody answers within the deadline, in milliseconds
 */
export async function checkAri(
  credentials: Credentials,
  deadlineMs: number,
  stop: AbortSignal,
): Promise<AsteriskInfo> {
  const { url, user, password } = credentials;
  const response = await ask(
    new URL('/ari/asterisk/info?only=system', url),
    user,
    password,
    deadlineMs,
    stop,
  );
  try {
    switch (response.status) {
      case 200:
        return readInfo(await readBounded(response));
      case 401:
        throw new AriRefused(`ARI refuses the user ${JSON.stringify(user)} or its password`);
      case 403:
        throw new AriRefused(`ARI lets the user ${JSON.stringify(user)} in from other addresses only`);
      case 404:
        // An Asterisk that starts says so for a second, too.
        throw new Error('there is no ARI at this address: is it enabled in ari.conf?');
      case 503:
        throw new Error('Asterisk is starting or stopping');
      default:
        throw new AriRefused(`ARI answers with HTTP status ${response.status}`);
    }
  } finally {
    // What was not read would keep the connection.
    if (response.body?.locked === false) await response.body.cancel();
  }
}

async function ask(
  address: URL,
  user: string,
  password: string,
  deadlineMs: number,
  stop: AbortSignal,
): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const signal = AbortSignal.any([AbortSignal.timeout(deadlineMs), stop]);
  try {
    return await fetch(address, {
      headers: { authorization, connection: 'close' },
      redirect: 'manual',
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw new Error(`ARI does not answer within ${deadlineMs} ms`, { cause: error });
    throw new Error(`ARI cannot be reached: ${causeOf(error)}`, { cause: error });
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new AriRefused('what answers at this address is no ARI');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function readInfo(text: string): AsteriskInfo {
  let info: unknown;
  try {
    info = JSON.parse(text);
  } catch {
    info = undefined;
  }
  const system = typeof info === 'object' && info !== null && 'system' in info ? info.system : undefined;
  const version =
    typeof system === 'object' && system !== null && 'version' in system ? system.version : undefined;
  if (typeof version !== 'string') throw new AriRefused('what answers at this address is no ARI');
  return { version: version.slice(0, 80) };
}

/** fetch says "fetch failed" and why in the cause: `ECONNREFUSED`. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return String(error);
}
