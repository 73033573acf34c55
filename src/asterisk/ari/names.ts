/**
 * What may stand in a URL, in the argument of a dialplan function or in a channel variable. Everything is allowed by
 * naming it, nothing is escaped: what is not on the list is never sent. A URI never gets there, only its MD5.
 */
import { AsteriskError } from '../port.ts';

const AOR_NAME = /^[A-Za-z0-9_.+@~-]{1,80}$/;
const CONTACT_ID = /^([A-Za-z0-9_.+@~-]{1,80});@[0-9a-f]{32}$/;
const GLOBAL_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,79}$/;
/** No comma, parenthesis, brace, quote, backslash, `$`, `=` or blank: each means something to the dialplan. */
const PATH = /^[A-Za-z0-9_.;@+~:-]+(?:\/[A-Za-z0-9_.;@+~:-]+)*$/;
/** Family, key and the slash between; Asterisk 16 keeps 256 bytes for them. */
const MAX_PATH = 250;
const PRINTABLE = /^[\x20-\x7e]*$/;
/** The longest AstDB value, which BASE64_ENCODE still gives back whole, and the longest of a global variable. */
const MAX_VALUE = 2048;

export function isAorName(text: string): boolean {
  return AOR_NAME.test(text);
}

/** The AOR of a registration's id, `<aor>;@<md5 of the URI>`; undefined for anything else. */
export function aorOfContact(id: string): string | undefined {
  return CONTACT_ID.exec(id)?.[1];
}

export function isPath(text: string): boolean {
  return PATH.test(text) && text.length <= MAX_PATH;
}

/** `family/key`. @throws AsteriskError `malformed` */
export function databasePath(family: string, key: string): string {
  const path = `${family}/${key}`;
  if (!isPath(path)) {
    throw new AsteriskError(
      'malformed',
      'an AstDB key is too long or has a character that ARI must not be sent',
    );
  }
  return path;
}

/** @throws AsteriskError `malformed` */
export function checkGlobalName(name: string): string {
  // Parentheses would call a dialplan function instead.
  if (!GLOBAL_NAME.test(name)) throw new AsteriskError('malformed', 'a global variable has no such name');
  return name;
}

/** @throws AsteriskError `malformed` */
export function checkValue(value: string): string {
  if (!PRINTABLE.test(value) || value.length > MAX_VALUE) {
    throw new AsteriskError('malformed', `a value is over ${MAX_VALUE} characters or not printable ASCII`);
  }
  return value;
}
