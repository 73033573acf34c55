/**
 * What Device Lock keeps in AstDB, family CUSTOMLOCK: keys and values, pure. The dialplan decides from these when no
 * answer comes, and a lost database is rebuilt from them. Values are printable ASCII: other characters are JSON escapes.
 *
 *   LOCK_MODE/<ext>          none | device | model | custom | mixed: the lock in force
 *   MONITOR/<ext>            1 where the mode is monitor
 *   VIOLATION/<ext>          1 while a violation is open in enforce
 *   PASS/<ext>/<digest>      epoch until which the device at that IP passes unasked
 *   LOCK/<ext>/<n>           the extension's own policy, as JSON in pieces, to recover it from
 *   MODEL/<id>/<n>           a phone model an operator wrote, likewise
 *   SETTING/system/<n>       the system-wide settings, likewise
 *   JOURNAL/...              written by the dialplan, collected by the service
 */
import { createHash } from 'node:crypto';
import { type Lock, lockMode, type Mode } from '../domain/lock.ts';
import { type ExtensionPolicy, isEmptyPolicy } from '../domain/policy.ts';
import type { UserAgent } from '../domain/user-agent.ts';

export const FAMILY = 'CUSTOMLOCK';
export const JOURNAL = `${FAMILY}/JOURNAL`;

/** Everything the mirror writes of one extension. */
export interface ExtensionFacts {
  readonly policy: ExtensionPolicy;
  readonly lock: Lock | undefined;
  readonly mode: Mode;
  readonly inViolation: boolean;
  /** Devices that pass unasked: User-Agent, source IP, and seconds since the epoch until when. */
  readonly passes: readonly { readonly userAgent: UserAgent; readonly ip: string; readonly until: number }[];
}

/** Key below the family → value, for one extension; an empty map where nothing is to be said of it. */
export function extensionEntries(extension: string, facts: ExtensionFacts): Map<string, string> {
  const { policy } = facts;
  const entries = lockEntries(extension, facts);
  if (isEmptyPolicy(policy)) return entries;
  for (const [key, piece] of pieces(`LOCK/${extension}`, asciiJson(policy))) entries.set(key, piece);
  return entries;
}

/** What the dialplan decides by: written before what only a recovery needs. */
function lockEntries(extension: string, facts: ExtensionFacts): Map<string, string> {
  const { lock, mode } = facts;
  const entries = new Map<string, string>();
  if (lock === undefined) return entries;
  entries.set(`LOCK_MODE/${extension}`, lockMode(lock));
  if (mode === 'monitor') entries.set(`MONITOR/${extension}`, '1');
  else if (facts.inViolation) entries.set(`VIOLATION/${extension}`, '1');
  for (const { userAgent, ip, until } of facts.passes) {
    if (userAgent.kind !== 'text') continue;
    const key = `PASS/${extension}/${passDigest(userAgent.text, ip)}`;
    const longest = Math.max(until, Number(entries.get(key) ?? 0));
    entries.set(key, String(longest));
  }
  return entries;
}

/** The digest the dialplan computes of a call: SHA-1 hex of `<User-Agent>|<source ip>`. */
export function passDigest(userAgent: string, ip: string): string {
  return createHash('sha1').update(`${userAgent}|${ip}`).digest('hex');
}

/** The extension a key below the family speaks of; undefined for MODEL, SETTING and JOURNAL. */
export function extensionOfKey(key: string): string | undefined {
  const [kind, extension] = key.split('/', 2);
  switch (kind) {
    case 'LOCK':
    case 'LOCK_MODE':
    case 'MONITOR':
    case 'VIOLATION':
    case 'PASS':
      return extension;
    default:
      return undefined;
  }
}

/**
 * JSON in which every character outside printable ASCII is escaped: AstDB and AMI carry it unharmed. Blanks too, since a
 * piece must not begin or end with one: AMI and the console trim it.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x21-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** AMI takes lines of at most 1024 bytes (manager.c, get_input): longer values are written in pieces. */
const MAX_PIECE = 900;

/** A long value as entries `<key>/0`, `<key>/1`, … */
export function* pieces(key: string, value: string): Iterable<[string, string]> {
  for (let at = 0, n = 0; at < value.length || n === 0; at += MAX_PIECE, n++) {
    yield [`${key}/${n}`, value.slice(at, at + MAX_PIECE)];
  }
}

/** The long values of one kind (`LOCK`, `MODEL`), put together again: name → value. */
export function joinPieces(kind: string, tree: ReadonlyMap<string, string>): Map<string, string> {
  const found = new Map<string, string[]>();
  for (const [key, value] of tree) {
    const [of, name = '', number = ''] = key.split('/');
    if (of !== kind || !/^\d{1,3}$/.test(number)) continue;
    const parts = found.get(name) ?? [];
    parts[Number(number)] = value;
    found.set(name, parts);
  }
  return new Map([...found].map(([name, parts]) => [name, parts.join('')]));
}
