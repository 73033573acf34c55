/**
 * Removes contacts and puts former ones back, by what Asterisk keeps of them in AstDB. Nothing of an attacker's text is
 * written: what is removed is replaced by a record that has expired, and Asterisk, asked for the AOR's contacts, removes
 * it as it does all that expire, with its qualifying and its ContactStatus. A row that is only deleted goes on living
 * there: every contact a thief ever made would be qualified until Asterisk restarts.
 *
 * One at an AOR is deleted all the same, where a phone is put back: a contact that is put back rings, but Asterisk counts
 * only those that registered, and with none it calls the device unavailable. The deleted one stands in for it until the
 * phone has registered anew.
 */
import { isSameBinding } from '../../domain/contact.ts';
import { allEnded } from '../all-ended.ts';
import { AsteriskError, type StoredContact } from '../port.ts';
import { contactFromJson } from './contact-fields.ts';
import type { ContactFunctions } from './contact-functions.ts';
import { type ContactLookup, FAMILY } from './contact-lookup.ts';
import type { AmiDatabase } from './database.ts';

/** What Asterisk reads of it is the id, which is the key, and that it is over. */
const EXPIRED = JSON.stringify({ uri: 'sip:evicted@invalid', expiration_time: '1', user_agent: '' });
/** For more than this the family is read whole. */
const FEW = 50;
/** Stand-ins kept in mind; what is forgotten stays in Asterisk's memory until it restarts. */
const MAX_STAND_INS = 10_000;
/** Of one AOR: one more with each time that the connection was lost in a fight. */
const MAX_OF_ONE = 8;

export interface ContactEvictionParts {
  readonly database: AmiDatabase;
  readonly functions: ContactFunctions;
  readonly lookup: ContactLookup;
}

export class ContactEviction {
  readonly #parts: ContactEvictionParts;
  /** AOR → contacts that stand in there, or did before Asterisk could have been restarted. */
  readonly #standIns = new Map<string, Set<string>>();
  /** AORs where one does for certain. */
  readonly #standing = new Set<string>();

  constructor(parts: ContactEvictionParts) {
    this.#parts = parts;
  }

  /** Another Asterisk may answer now, which has nothing but what is in AstDB. */
  forget(): void {
    this.#standing.clear();
  }

  /** @see Asterisk.storedContacts */
  async stored(ids: readonly string[]): Promise<StoredContact[]> {
    if (this.#parts.lookup.isElsewhere) return [];
    if (ids.length > FEW) return this.#storedOfMany(new Set(ids));
    const found = await Promise.all(ids.map((id) => this.#storedOne(id)));
    return found.filter((one) => one !== undefined);
  }

  /** @see Asterisk.takeBack */
  async takeBack(
    aor: string,
    evict: readonly string[],
    restore: readonly StoredContact[],
  ): Promise<string[]> {
    const { database, functions, lookup } = this.#parts;
    if (lookup.isElsewhere) {
      throw new AsteriskError('refused', 'this Asterisk keeps its contacts outside AstDB, out of reach');
    }
    const records = restore.filter(isRecord);
    if (records.length > 0 && !this.#standing.has(aor)) this.#standIn(aor, evict[0]);
    const standIns = this.#standIns.get(aor);
    // All of it is sent before the first answer: one connection's actions are done in their order.
    const puts = records.map(({ contact, stored }) => database.putBack(FAMILY, contact.id, stored));
    const removals = evict.map((id) =>
      standIns?.has(id) ? database.delete(FAMILY, id) : database.put(FAMILY, id, EXPIRED),
    );
    const pruned = functions.prune(aor).catch(ignoreRefusal);
    const settled = await allEnded(puts, [...removals, pruned]);
    return records.filter((_, i) => settled[i]?.status === 'fulfilled').map(({ contact }) => contact.id);
  }

  /** @see Asterisk.settle */
  async settle(aor: string): Promise<void> {
    const standIns = this.#standIns.get(aor);
    if (standIns === undefined) return;
    this.#standIns.delete(aor);
    this.#standing.delete(aor);
    const { database, functions } = this.#parts;
    const rows = await Promise.all([...standIns].map((id) => database.get(FAMILY, id)));
    const over = [...standIns].filter((_, i) => rows[i] === undefined);
    if (over.length === 0) return;
    const puts = over.map((id) => database.put(FAMILY, id, EXPIRED));
    await Promise.all([...puts, functions.prune(aor).catch(ignoreRefusal)]);
  }

  #standIn(aor: string, id: string | undefined): void {
    const here = this.#standIns.get(aor) ?? new Set<string>();
    if (id === undefined || this.#standIns.size >= MAX_STAND_INS) return;
    this.#standIns.set(aor, new Set([...here, id].slice(-MAX_OF_ONE)));
    this.#standing.add(aor);
  }

  async #storedOne(id: string): Promise<StoredContact | undefined> {
    const { database } = this.#parts;
    const short = await database.get(FAMILY, id);
    if (short === undefined) return undefined;
    if (contactFromJson(id, short) !== 'cut') return read(id, short);
    const whole = await database.getWhole(FAMILY, id);
    return whole === undefined ? undefined : read(id, whole);
  }

  async #storedOfMany(ids: ReadonlySet<string>): Promise<StoredContact[]> {
    const found: StoredContact[] = [];
    await this.#parts.database.each(FAMILY, (id, json) => {
      const one = ids.has(id) ? read(id, json) : undefined;
      if (one !== undefined) found.push(one);
    });
    return found;
  }
}

function read(id: string, stored: string): StoredContact | undefined {
  const contact = contactFromJson(id, stored);
  return typeof contact === 'object' ? { contact, stored } : undefined;
}

/** What was kept may have been cut, or have come by another adapter: Asterisk would choke on that. */
function isRecord({ contact, stored }: StoredContact): boolean {
  const read = contactFromJson(contact.id, stored);
  return typeof read === 'object' && isSameBinding(read, contact);
}

/** An AOR whose name cannot be asked for: Asterisk finds what has expired by itself within half a minute. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof AsteriskError) || error.fault === 'disconnected') throw error;
}
