/**
 * What can go wrong between Asterisk and the gate: a closed set of codes, each with a sentence for a person. A message
 * never holds anything a caller wrote.
 */

const MESSAGES = {
  'not-agi': 'A connection to the FastAGI port does not speak FastAGI.',
  'not-allowed': 'A connection to the FastAGI port came from an address that [gate] allow does not hold.',
  'wrong-script':
    'Asterisk asked for a script that is not the gate. Is the dialplan of this version installed?',
  'wrong-version':
    'The dialplan is of another version of Device Lock. Install the one that came with this service.',
  'malformed-request': "The dialplan's request makes no sense.",
  'too-long': 'A FastAGI header is longer than any real one.',
  'request-timeout': 'A connection to the FastAGI port did not send its request in time.',
  'closed-early': 'Asterisk closed before its request was whole.',
  'connection-failed': 'The connection to Asterisk broke before the answer was written.',
  'not-taken': 'Asterisk did not confirm an answer; the dialplan may have decided that call without it.',
  'session-timeout': 'Asterisk did not end a FastAGI session in time.',
  'too-many-connections': 'More FastAGI connections are open than the limit allows; a new one was closed.',
  'accept-failed': 'A FastAGI connection could not be accepted.',
  'decide-failed': 'Internal error while a call was judged; it was left to the dialplan.',
  'bad-answer': 'Internal error: an answer outside the known words was not sent.',
} as const;

export type GateFaultCode = keyof typeof MESSAGES;

/** The faults that are ours: never Asterisk's, never a caller's. */
export type GateBug = 'decide-failed' | 'bad-answer';

export interface GateFault {
  readonly code: GateFaultCode;
  /** For a person; without line ends, and without a caller's text. */
  readonly message: string;
  /** Whether the whole cause belongs into the log. */
  readonly bug: boolean;
  readonly cause: unknown;
}

export function gateFault(code: GateFaultCode, detail?: string, cause?: unknown): GateFault {
  const message = detail === undefined ? MESSAGES[code] : `${MESSAGES[code]} (${detail})`;
  return { code, message, bug: isBug(code), cause };
}

function isBug(code: GateFaultCode): code is GateBug {
  return code === 'decide-failed' || code === 'bad-answer';
}
