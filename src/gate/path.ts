/**
 * The path of an AGI URL, in which every question stands: parts in a fixed order, each URIENCODE()d. Pure: text in, parts or
 * a fault out.
 */
import { MAX_USER_AGENT_BYTES, parseUserAgent, type UserAgent } from '../domain/user-agent.ts';
import { decodePercent, readable } from './percent.ts';

/** Why the head is no question. `detail` holds nothing a caller wrote. */
export interface RequestFault {
  readonly code: 'not-agi' | 'wrong-script' | 'wrong-version' | 'malformed-request';
  readonly detail: string;
}

type Fault = { readonly kind: 'fault' } & RequestFault;

const MAX_TEXT_BYTES = 128;

/**
 * @param path what stands behind script and version
 * @param names of the parts, in their order
 * @returns as many parts as names, one character a byte
 */
export function readPath(
  path: string,
  names: readonly string[],
): { readonly kind: 'parts'; readonly parts: readonly string[] } | Fault {
  const encoded = path.split('/');
  if (encoded.length !== names.length) {
    return fault('malformed-request', `${encoded.length} parts instead of ${names.length}`);
  }
  const parts: string[] = [];
  for (const text of encoded) {
    const bytes = decodePercent(text);
    if (bytes === undefined) return fault('malformed-request', `${names[parts.length]} is not URI-encoded`);
    parts.push(bytes);
  }
  return { kind: 'parts', parts };
}

/**
 * @param length as the dialplan measured it; empty means zero, which it leaves where it found no INVITE. A length that is not
 * that of the bytes proves nothing, so it must match no lock
 */
export function readUserAgent(bytes: string, length: string): UserAgent | Fault {
  if (!/^\d{0,7}$/.test(length)) return fault('malformed-request', 'User-Agent length is no number');
  const measured = Number(length);
  const isTrue = bytes.length === Math.min(measured, MAX_USER_AGENT_BYTES);
  const told = isTrue ? measured : Math.max(measured, MAX_USER_AGENT_BYTES + 1);
  return parseUserAgent(Buffer.from(bytes, 'latin1'), told);
}

/** Harmless to show and at most 128 characters and `…`. */
export function show(bytes: string): string {
  return readable(bytes, MAX_TEXT_BYTES);
}

export function fault(code: RequestFault['code'], detail: string): Fault {
  return { kind: 'fault', code, detail };
}
