/**
 * Writes an AMI action as bytes. Whatever cannot arrive as it is meant is refused here: a line end would start a second
 * action, and Asterisk drops leading blanks and lines over its own limit. Errors name the field, never its value.
 */
import { AsteriskError } from '../port.ts';

export type Field = readonly [name: string, value: string];

/** Asterisk reads lines into 1024 bytes with their CR LF (16.28 and 22.10: 1022 pass, 1023 do not). */
export const MAX_ACTION_LINE_BYTES = 1022;

const NAME = /^[A-Za-z][A-Za-z0-9-]*$/;
/** Asterisk skips every leading byte up to the space. */
const LEADING_BLANK = /^[\0- ]/;

/**
 * @param action the action's name: `PJSIPShowContacts`
 * @param id unique among the actions of one connection
 * @throws AsteriskError `malformed`
 */
export function encodeAction(action: string, fields: readonly Field[], id: string): Buffer {
  const lines = ([['Action', action], ['ActionID', id], ...fields] as const).map(([name, value]) =>
    encodeLine(name, value),
  );
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8');
}

function encodeLine(name: string, value: string): string {
  if (!NAME.test(name)) throw new AsteriskError('malformed', 'an AMI field has a name that is none');
  if (/[\r\n\0]/.test(value)) throw malformed(name, 'holds a line end or NUL');
  if (LEADING_BLANK.test(value)) throw malformed(name, 'begins with a blank, which Asterisk would drop');
  const line = `${name}: ${value}`;
  if (Buffer.byteLength(line) > MAX_ACTION_LINE_BYTES) throw malformed(name, 'is too long for Asterisk');
  return line;
}

function malformed(name: string, why: string): AsteriskError {
  return new AsteriskError('malformed', `the AMI field ${name} ${why}`);
}
