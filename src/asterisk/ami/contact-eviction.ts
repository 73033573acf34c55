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

export interface ContactEvictionParts {
  readonly database: AmiDatabase;
  readonly functions: ContactFunctions;
  readonly lookup: ContactLookup;
}

export class ContactEviction {
  readonly #parts: ContactEvictionParts;
  /** AOR → the contact that stands in there. */
  readonly #standIns = new Map<string, string>();

  constructor(parts: ContactEvictionParts) {
    this.#parts = parts;
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
    if (restore.length > 0 && !this.#standIns.has(aor)) this.#standIn(aor, evict[0]);
    const standIn = this.#standIns.get(aor);
    // All of it is sent before the first answer: one connection's actions are done in their order.
    const puts = restore.map(({ contact, stored }) => database.putBack(FAMILY, contact.id, stored));
    const removals = evict.map((id) =>
      id === standIn ? database.delete(FAMILY, id) : database.put(FAMILY, id, EXPIRED),
    );
    const pruned = functions.prune(aor).catch(ignoreRefusal);
    const settled = await Promise.allSettled(puts);
    await Promise.all([...removals, pruned]);
    return restore.filter((_, i) => settled[i]?.status === 'fulfilled').map(({ contact }) => contact.id);
  }

  /** @see Asterisk.settle */
  async settle(aor: string): Promise<void> {
    const standIn = this.#standIns.get(aor);
    if (standIn === undefined) return;
    this.#standIns.delete(aor);
    const { database, functions } = this.#parts;
    if ((await database.get(FAMILY, standIn)) !== undefined) return;
    await Promise.all([database.put(FAMILY, standIn, EXPIRED), functions.prune(aor).catch(ignoreRefusal)]);
  }

  #standIn(aor: string, id: string | undefined): void {
    if (id !== undefined && this.#standIns.size < MAX_STAND_INS) this.#standIns.set(aor, id);
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

/** An AOR whose name cannot be asked for: Asterisk finds what has expired by itself within half a minute. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof AsteriskError) || error.fault === 'disconnected') throw error;
}
