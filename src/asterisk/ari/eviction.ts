/**
 * Removes contacts and puts former ones back, over ARI: Asterisk deletes and creates the objects itself, so that all that
 * hangs on them follows. No channel, no errand.
 */
import { isSameBinding } from '../../domain/contact.ts';
import { allEnded } from '../all-ended.ts';
import { AsteriskError, type StoredContact } from '../port.ts';
import { concurrently } from './concurrently.ts';
import { getObject, readAttributes, readContact } from './contacts.ts';
import type { AriSession } from './session.ts';

const LANES = 6;
const CONTACT = { configClass: 'res_pjsip', objectType: 'contact' } as const;

/** @see Asterisk.storedContacts */
export async function storedContacts(session: AriSession, ids: readonly string[]): Promise<StoredContact[]> {
  const found = await concurrently(ids, LANES, async (id) => {
    const record = await getObject(session, 'contact', id);
    const contact = record === undefined ? undefined : readContact(id, record);
    if (record === undefined || contact === undefined) return undefined;
    return { contact, stored: JSON.stringify([...record]) };
  });
  return found.filter((one) => one !== undefined);
}

/** @see Asterisk.takeBack */
export async function takeBack(
  session: AriSession,
  evict: readonly string[],
  restore: readonly StoredContact[],
): Promise<string[]> {
  const removals = evict.map((id) => remove(session, id));
  const puts = restore.map((one) => put(session, one));
  const settled = await allEnded(puts, removals);
  return restore.filter((_, i) => settled[i]?.status === 'fulfilled').map(({ contact }) => contact.id);
}

async function remove(session: AriSession, id: string): Promise<void> {
  try {
    await session.call('asterisk', 'deleteObject', { ...CONTACT, id });
  } catch (error) {
    const isGone =
      error instanceof AsteriskError && error.fault === 'refused' && /not found/i.test(error.message);
    if (!isGone) throw error;
  }
}

/** What was kept may have come by another adapter. @throws AsteriskError `malformed` */
async function put(session: AriSession, { contact, stored }: StoredContact): Promise<void> {
  const { id } = contact;
  const fields = fieldsOf(stored);
  const read = readContact(id, readAttributes(fields));
  if (read === undefined || !isSameBinding(read, contact)) {
    throw new AsteriskError('malformed', 'what was kept of a contact is no record of it');
  }
  await session.call('asterisk', 'updateObject', { ...CONTACT, id, fields: { fields } });
}

function fieldsOf(stored: string): { attribute: unknown; value: unknown }[] {
  let attributes: unknown;
  try {
    attributes = JSON.parse(stored);
  } catch {
    return [];
  }
  if (!Array.isArray(attributes) || !attributes.every(Array.isArray)) return [];
  return (attributes as unknown[][]).map(([attribute, value]) => ({ attribute, value }));
}
