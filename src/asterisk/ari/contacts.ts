/**
 * Looks contacts up over ARI: Asterisk's own record of one contact, by its id, one request each and no channel. Listing
 * all of them takes a reader for the ids, which Asterisk keeps in AstDB unless it is told otherwise.
 */
import type { Contact } from '../../domain/contact.ts';
import { contactId, makeContact } from '../ami/contact-fields.ts';
import { AsteriskError } from '../port.ts';
import { concurrently } from './concurrently.ts';
import { splitKeys } from './database.ts';
import { aorOfContact, isAorName } from './names.ts';
import { withReader } from './reader.ts';
import type { AriSession } from './session.ts';

const IDS = 'DB_KEYS(registrar/contact)';
/** Look-ups of one list under way at once: others shall get their turn. */
const LANES = 6;

/** @see Asterisk.listContacts */
export async function listContacts(session: AriSession): Promise<Contact[]> {
  const ids = splitKeys(await withReader(session, (read) => read(IDS)));
  return lookUpAll(session, ids);
}

/** @see Asterisk.contactsOf */
export async function contactsOf(
  session: AriSession,
  aor: string,
  known: readonly string[],
  uris: readonly string[],
): Promise<Contact[]> {
  if (!isAorName(aor)) throw new AsteriskError('malformed', 'an AOR has a name that ARI must not be sent');
  const ids = new Set([...known, ...uris.map((uri) => contactId(aor, uri))]);
  return lookUpAll(session, [...ids]);
}

/** Undefined where there is no such contact. */
export async function lookUp(session: AriSession, id: string): Promise<Contact | undefined> {
  const record = await getObject(session, 'contact', id);
  return record === undefined ? undefined : readContact(id, record);
}

/** One object of res_pjsip, attribute → value; undefined where there is none of this id. Never ask for an `auth`. */
export async function getObject(
  session: AriSession,
  objectType: 'contact' | 'endpoint',
  id: string,
): Promise<Map<string, string> | undefined> {
  try {
    return readAttributes(
      await session.call('asterisk', 'getObject', { configClass: 'res_pjsip', objectType, id }),
    );
  } catch (error) {
    if (
      error instanceof AsteriskError &&
      error.fault === 'refused' &&
      /object with id .* not found/i.test(error.message)
    )
      return undefined;
    throw error;
  }
}

/** Undefined for an id that is no registration's. */
export function readContact(id: string, record: ReadonlyMap<string, string>): Contact | undefined {
  return makeContact(id, (name) => {
    const value = record.get(name);
    return value === undefined ? undefined : Buffer.from(value);
  });
}

/** `[{attribute, value}, …]`. @throws AsteriskError `malformed` */
export function readAttributes(answer: unknown): Map<string, string> {
  if (!Array.isArray(answer)) throw new AsteriskError('malformed', 'ARI gave an object without attributes');
  const attributes = new Map<string, string>();
  for (const one of answer as unknown[]) {
    if (typeof one !== 'object' || one === null || !('attribute' in one) || !('value' in one)) continue;
    if (typeof one.attribute === 'string' && typeof one.value === 'string')
      attributes.set(one.attribute, one.value);
  }
  return attributes;
}

async function lookUpAll(session: AriSession, ids: readonly string[]): Promise<Contact[]> {
  const own = ids.filter((id) => aorOfContact(id) !== undefined);
  const found = await concurrently(own, LANES, (id) => lookUp(session, id));
  return found.filter((contact) => contact !== undefined);
}
