/**
 * The User-Agent of one SIP message, as evidence. It is an attacker's text: it is parsed once, at the edge,
 * and only a well-formed one can ever match a lock.
 */

/** The longest User-Agent, in bytes, that can match a lock. Real phones stay under 150. */
export const MAX_USER_AGENT_BYTES = 512;

/** How much of a malformed User-Agent is kept for a person to read, in characters. */
const MAX_SHOWN = 160;

export type UserAgentFault = 'too-long' | 'not-utf8' | 'control-character';

/**
 * - `text`: well-formed UTF-8 of 1 to {@link MAX_USER_AGENT_BYTES} bytes with no control character.
 * - `absent`: the message had no User-Agent, or an empty one (Asterisk does not tell the two apart).
 * - `malformed`: never matches anything; `shown` is a harmless rendering for people.
 */
export type UserAgent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed'; readonly why: UserAgentFault; readonly shown: string };

export const ABSENT: UserAgent = { kind: 'absent' };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a User-Agent from its bytes.
 * @param bytes the header's value, or its beginning
 * @param length the whole value's length in bytes, where `bytes` is only its beginning
 */
export function parseUserAgent(bytes: Uint8Array, length: number = bytes.length): UserAgent {
  if (length === 0) return ABSENT;
  if (length > MAX_USER_AGENT_BYTES || bytes.length > MAX_USER_AGENT_BYTES)
    return malformed('too-long', bytes);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return malformed('not-utf8', bytes);
  }
  if (hasControl(text)) return malformed('control-character', bytes);
  return { kind: 'text', text };
}

/** Reads a User-Agent from text that was already decoded (a database row, an operator's input). */
export function userAgentFromText(text: string): UserAgent {
  return parseUserAgent(new TextEncoder().encode(text));
}

/** What a person is shown: the text itself, or a rendering that cannot be mistaken for a well-formed one. */
export function showUserAgent(userAgent: UserAgent): string {
  switch (userAgent.kind) {
    case 'text':
      return userAgent.text;
    case 'absent':
      return '(none)';
    case 'malformed':
      return `(${userAgent.why}) ${userAgent.shown}`;
  }
}

/** One in a message that cannot be believed, of which other bytes were not UTF-8: it never matches, and is still shown. */
export function inBadCompany(bytes: Uint8Array): UserAgent {
  return malformed('not-utf8', bytes);
}

/** Two sightings of the same User-Agent. Malformed ones are compared by what is shown of them. */
export function sameUserAgent(a: UserAgent, b: UserAgent): boolean {
  return a.kind === b.kind && showUserAgent(a) === showUserAgent(b);
}

function malformed(why: UserAgentFault, bytes: Uint8Array): UserAgent {
  let shown = '';
  for (const byte of bytes.subarray(0, MAX_SHOWN)) {
    const printable = byte >= 0x20 && byte < 0x7f && byte !== 0x5c;
    shown += printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
    if (shown.length >= MAX_SHOWN) break;
  }
  return { kind: 'malformed', why, shown };
}

/** C0, DEL and C1: no phone sends one, and each is a way into a log or a terminal. */
function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}
