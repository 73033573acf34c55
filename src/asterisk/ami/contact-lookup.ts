/**
 * Asks what the contacts are now, of everybody or of one AOR. Where Asterisk keeps them in AstDB, AstDB is read, not
 * Asterisk's own lists: one contact there whose URI is not UTF-8, which anybody with a password can register, hides all
 * that are sorted behind it from those lists. It never asks for an endpoint, whose answer would hold the SIP password.
 */
import { type Contact, isStray } from '../../domain/contact.ts';
import type { Logger } from '../../log/logger.ts';
import type { AsteriskClock } from './asterisk-clock.ts';
import { contactFromEvent, contactFromJson, contactId } from './contact-fields.ts';
import type { ContactFunctions } from './contact-functions.ts';
import type { AmiDatabase } from './database.ts';
import { emptyAt } from './refusal.ts';
import type { AmiRequests } from './requests.ts';

/** Where Asterisk's default configuration keeps registrations. */
export const FAMILY = 'registrar/contact';
/** So many unreadable contacts are told of, each once. */
const MAX_WARNINGS = 100;

export interface ContactLookupParts {
  readonly client: AmiRequests;
  readonly database: AmiDatabase;
  readonly functions: ContactFunctions;
  readonly clock: AsteriskClock;
  readonly logger: Logger;
}

export class ContactLookup {
  readonly #parts: ContactLookupParts;
  readonly #warned = new Set<string>();
  #store: 'unknown' | 'astdb' | 'elsewhere' = 'unknown';

  constructor(parts: ContactLookupParts) {
    this.#parts = parts;
  }

  /** Another Asterisk may answer now: learn anew where it keeps its contacts. */
  forget(): void {
    this.#store = 'unknown';
    this.#parts.clock.forget();
  }

  /** Contacts are known to be kept outside AstDB, where they can be read and nothing else. */
  get isElsewhere(): boolean {
    return this.#store === 'elsewhere';
  }

  /** @see Asterisk.listContacts */
  async all(): Promise<Contact[]> {
    this.#parts.clock.forget();
    let found = await this.#both();
    // A contact may have come or gone between the two answers. Asterisk moves none while it runs, nor twice in a row.
    if (found.guess === 'elsewhere' && this.#store === 'unknown') found = await this.#both();
    if (found.guess !== 'elsewhere' || this.#store === 'unknown') this.#store = found.guess ?? this.#store;
    return this.#store === 'astdb' ? found.live : found.listed;
  }

  async #both() {
    const listed = await this.#live(await this.#listed());
    const stored = await this.#stored();
    const live = await this.#live(stored.contacts);
    return { listed, live, guess: guessStore(listed, live, stored.ids) };
  }

  /** @see Asterisk.contactsOf */
  async ofAor(aor: string, known: readonly string[], uris: readonly string[]): Promise<Contact[]> {
    const ids = [...new Set([...known, ...uris.map((uri) => contactId(aor, uri))])];
    if (this.#store !== 'elsewhere') {
      const rows = await Promise.all(ids.map((id) => this.#readRow(id)));
      const stored = await this.#live(rows.filter((row) => row !== undefined));
      if (stored.length > 0) this.#store = 'astdb';
      if (this.#store === 'astdb') return stored;
    }
    const contacts = await this.#live(await this.#parts.functions.ofAor(aor, ids));
    const [first] = contacts;
    if (this.#store === 'unknown' && first !== undefined) {
      this.#store = (await this.#readRow(first.id)) === undefined ? 'elsewhere' : 'astdb';
    }
    return contacts;
  }

  async #listed(): Promise<Contact[]> {
    const contacts: Contact[] = [];
    const { client } = this.#parts;
    await client
      .list('PJSIPShowContacts', [], (event) => {
        const contact = contactFromEvent(event);
        if (contact !== undefined) contacts.push(contact);
      })
      .catch(emptyAt(/no contacts found/i));
    return contacts;
  }

  /** Nothing where this Asterisk or its user cannot read a family whole; then its own list must do. */
  async #stored(): Promise<{ contacts: Contact[]; ids: Set<string> }> {
    const contacts: Contact[] = [];
    const ids = new Set<string>();
    const { database } = this.#parts;
    await database
      .each(FAMILY, (id, json) => {
        const contact = contactFromJson(id, json);
        if (typeof contact === 'object') contacts.push(contact);
        if (typeof contact === 'string' || isStray(contact)) this.#warnOf(id);
        ids.add(id);
      })
      .catch(emptyAt(/permission denied/i));
    return { contacts, ids };
  }

  async #readRow(id: string): Promise<Contact | undefined> {
    const json = await this.#parts.database.get(FAMILY, id);
    if (json === undefined) return undefined;
    const contact = contactFromJson(id, json);
    if (contact === 'cut') return (await this.#parts.functions.one(id)) ?? this.#readWhole(id);
    return contact === 'unreadable' ? undefined : contact;
  }

  /** What Asterisk's own functions do not know of: a stray. */
  async #readWhole(id: string): Promise<Contact | undefined> {
    const json = await this.#parts.database.getWhole(FAMILY, id);
    const contact = json === undefined ? undefined : contactFromJson(id, json);
    return typeof contact === 'object' ? contact : undefined;
  }

  /** Asterisk removes what has expired half a minute late, and never where it cannot read the row before it. */
  async #live(contacts: readonly Contact[]): Promise<Contact[]> {
    if (contacts.length === 0) return [];
    const now = await this.#parts.clock.now();
    return contacts.filter((contact) => contact.expires > now || isStray(contact));
  }

  #warnOf(id: string): void {
    if (this.#warned.has(id) || this.#warned.size >= MAX_WARNINGS) return;
    this.#warned.add(id);
    this.#parts.logger.warn(
      { family: FAMILY, key: id },
      'AstDB holds a contact that Asterisk cannot read and that hides others from it: delete it',
    );
  }
}

/**
 * Rows of AstDB that Asterisk lists none of are left over from another configuration; where it lists nothing at all,
 * they may be hidden from it. Undefined where there is nothing to tell by.
 */
function guessStore(
  listed: readonly Contact[],
  stored: readonly Contact[],
  storedIds: ReadonlySet<string>,
): 'astdb' | 'elsewhere' | undefined {
  if (listed.some(({ id }) => storedIds.has(id))) return 'astdb';
  if (listed.length > 0) return 'elsewhere';
  return stored.length > 0 ? 'astdb' : undefined;
}
