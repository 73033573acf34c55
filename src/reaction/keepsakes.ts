/**
 * What Asterisk stored of the right devices' contacts, read while they are live, so that one which a thief displaces can be
 * put back exactly as it was. It knows which of them went and whether a thief was why; it puts nothing back itself.
 */
import type { Asterisk, StoredContact } from '../asterisk/port.ts';
import { sameAddress } from '../domain/address.ts';
import { type Contact, isRefresh } from '../domain/contact.ts';
import { putLatest } from '../domain/put-latest.ts';
import { sameUserAgent } from '../domain/user-agent.ts';
import type { Logger } from '../log/logger.ts';

export interface KeepsakeOptions {
  readonly asterisk: Pick<Asterisk, 'storedContacts'>;
  /** Remembers it beyond this process. */
  readonly keep: (id: string, stored: string) => void;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How a contact went. */
export interface Leaving {
  /** A wrong device is registered at the extension. */
  readonly isWrongHere: boolean;
  /** Its own phone said so. */
  readonly hasLeft: boolean;
  /** The first list of a connection showed it missing: whatever happened, nobody watched. */
  readonly isUnwatched: boolean;
}

interface Keepsake {
  readonly contact: Contact;
  readonly stored: string;
  /** When it went, in milliseconds since the epoch; undefined while it is live. */
  goneAt: number | undefined;
  isDisplaced: boolean;
}

const MAX_OF_ONE = 16;
/** Asterisk removes the old contact before it stores the new one; a look-up may fall between. Milliseconds. */
const DISPLACED_WITHIN = 2000;
/** Contacts asked for at once. */
const BATCH = 200;
const ASK_AGAIN_MS = 1000;
const MAX_WANTED = 200_000;

export class Keepsakes {
  readonly #options: KeepsakeOptions;
  readonly #kept = new Map<string, Map<string, Keepsake>>();
  readonly #wanted = new Map<string, Contact>();
  /** From before the start, until the first list. */
  readonly #loaded: Keepsake[] = [];
  #isAsking = false;
  #again: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: KeepsakeOptions) {
    this.#options = options;
  }

  /** From before the start. Which of them went meanwhile, the first list will show. */
  load(contacts: readonly Contact[], stored: ReadonlyMap<string, string>): void {
    for (const contact of contacts) {
      const text = stored.get(contact.id);
      if (text === undefined || isOnConnection(contact)) continue;
      const kept = { contact, stored: text, goneAt: this.#options.now(), isDisplaced: true };
      this.#put(kept);
      this.#loaded.push(kept);
    }
  }

  /** A whole list was read. What is missing in the first, and nobody took the place of, went by itself. */
  onListed(isWrongAt: (extension: string) => boolean): void {
    for (const { contact } of this.#loaded.splice(0)) {
      const kept = this.#kept.get(contact.extension)?.get(contact.id);
      if (kept?.goneAt !== undefined && !isWrongAt(contact.extension)) this.#drop(contact);
    }
  }

  /** A right device's contact is live, and is asked for unless it is known as it is. */
  want(contact: Contact): void {
    const kept = this.#kept.get(contact.extension)?.get(contact.id);
    if (kept !== undefined && !isRefresh(kept.contact, contact)) {
      this.#put({ ...kept, contact, goneAt: undefined, isDisplaced: false });
      return;
    }
    if (this.#wanted.size < MAX_WANTED) this.#wanted.set(contact.id, contact);
    if (!this.#isAsking) setImmediate(() => void this.#ask());
  }

  went(contact: Contact, { isWrongHere, hasLeft, isUnwatched }: Leaving): void {
    this.#wanted.delete(contact.id);
    const kept = this.#kept.get(contact.extension)?.get(contact.id);
    if (kept === undefined) return;
    // What was lost with Asterisk itself was not displaced, and a connection that may have ended leads nowhere.
    if (hasLeft || (isUnwatched && isOnConnection(contact))) {
      this.#drop(contact);
      return;
    }
    kept.goneAt = this.#options.now();
    kept.isDisplaced = isWrongHere;
  }

  /** Another device refreshed the same contact. From the same place it is the phone itself, which changed. */
  overwritten(contact: Contact): void {
    const kept = this.#kept.get(contact.extension)?.get(contact.id);
    if (kept === undefined) return;
    if (isSameSource(kept.contact, contact)) this.#drop(contact);
    else [kept.goneAt, kept.isDisplaced] = [this.#options.now(), true];
  }

  /** A wrong device is seen: unexpired contacts that went because of it. */
  displaced(extension: string): StoredContact[] {
    const now = this.#options.now();
    const found: StoredContact[] = [];
    for (const kept of this.#kept.get(extension)?.values() ?? []) {
      if (kept.contact.expires <= now / 1000) this.#drop(kept.contact);
      else if (kept.goneAt === undefined) continue;
      else if (kept.isDisplaced || now - kept.goneAt < DISPLACED_WITHIN) {
        kept.isDisplaced = true;
        found.push({ contact: kept.contact, stored: kept.stored });
      } else this.#drop(kept.contact);
    }
    return found;
  }

  forget(extension: string): void {
    this.#kept.delete(extension);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#again);
    this.#wanted.clear();
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#wanted.size > 0) await this.#askFor([...this.#wanted.values().take(BATCH)]);
    } catch (error) {
      this.#options.logger.debug(
        { err: error },
        'contacts could not be read as they are stored; trying again',
      );
      clearTimeout(this.#again);
      if (!this.#isStopped) this.#again = setTimeout(() => void this.#ask(), ASK_AGAIN_MS);
    } finally {
      this.#isAsking = false;
    }
  }

  async #askFor(contacts: readonly Contact[]): Promise<void> {
    const found = await this.#options.asterisk.storedContacts(contacts.map(({ id }) => id));
    const byId = new Map(found.map((one) => [one.contact.id, one]));
    for (const contact of contacts) {
      // It went, or came anew, while it was asked for.
      if (this.#wanted.get(contact.id) !== contact) continue;
      this.#wanted.delete(contact.id);
      const one = byId.get(contact.id);
      if (one === undefined || !sameUserAgent(one.contact.userAgent, contact.userAgent)) continue;
      const expires = one.contact.expires;
      this.#put({
        contact: { ...contact, expires },
        stored: one.stored,
        goneAt: undefined,
        isDisplaced: false,
      });
      this.#options.keep(contact.id, one.stored);
    }
  }

  #put(kept: Keepsake): void {
    const { extension, id } = kept.contact;
    const here = this.#kept.get(extension) ?? new Map<string, Keepsake>();
    this.#kept.set(extension, here);
    putLatest(here, id, kept, MAX_OF_ONE);
  }

  #drop({ extension, id }: Contact): void {
    const here = this.#kept.get(extension);
    here?.delete(id);
    if (here?.size === 0) this.#kept.delete(extension);
  }
}

/** Such a contact is good as long as the connection that the phone made. */
function isOnConnection({ uri, source }: Contact): boolean {
  const transport = source?.address.transport ?? 'unknown';
  return !['udp', 'unknown'].includes(transport) || /^sips:|;transport=(?:tcp|tls|wss?)\b/i.test(uri);
}

/** Certainly the same place: both sources were seen there. */
function isSameSource({ source: a }: Contact, { source: b }: Contact): boolean {
  return a !== undefined && b !== undefined && b.proof !== 'claimed' && sameAddress(a.address, b.address);
}
