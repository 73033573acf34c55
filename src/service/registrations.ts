/**
 * What the tracker found at an extension: told apart into REGISTERs that came and what was only read from a list, then
 * weighed, remembered, and passed on. It waits for nobody.
 */
import type { Mirror } from '../astdb/mirror.ts';
import { type SourceAddress, showAddress } from '../domain/address.ts';
import { type Contact, isMove, isRefresh } from '../domain/contact.ts';
import { seenOnce } from '../domain/sighting.ts';
import { showUserAgent } from '../domain/user-agent.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Reactions } from '../reaction/reactions.ts';
import type { ContactChange } from '../state/contact-change.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import { seenIp } from '../state/firmware-watch.ts';
import type { ViolationBook, ViolationChange } from '../state/violation-book.ts';
import type { Store } from '../store/store.ts';
import type { Violations } from './violations.ts';

export interface RegistrationsOptions {
  readonly table: ExtensionTable;
  readonly book: ViolationBook;
  readonly store: Pick<Store, 'addSighting' | 'putContact' | 'deleteContact'>;
  readonly mirror: Pick<Mirror, 'touch'>;
  /** What is done about wrong devices; nothing where it is not said. */
  readonly reactions?: Pick<Reactions, 'onChanges' | 'isEvicted' | 'isPutBack'>;
  readonly events: EventLog;
  /** Contacts of before the start, as the database has them: what is listed unchanged is no news. */
  readonly remembered: readonly Contact[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A newer firmware of a lock's own device was let through: the lock is to move to it. */
  readonly onUpdate?: (update: FollowedUpdate) => void;
  /** A REGISTER of this extension came, and was dealt with. */
  readonly onRegister?: (extension: string) => void;
}

/** A lock's device came back with a newer firmware. */
export interface FollowedUpdate {
  readonly extension: string;
  /** The User-Agents. */
  readonly from: string;
  readonly to: string;
  readonly address: SourceAddress | undefined;
}

export class Registrations {
  readonly #options: RegistrationsOptions;
  readonly #violations: Violations;
  readonly #remembered: Map<string, Contact>;

  constructor(options: RegistrationsOptions, violations: Violations) {
    this.#options = options;
    this.#violations = violations;
    this.#remembered = new Map(options.remembered.map((contact) => [contact.id, contact]));
  }

  /** @param listed read from a list: no REGISTER need have come just now */
  onContacts(extension: string, contacts: readonly Contact[], listed: boolean): void {
    const { table, mirror, events, reactions } = this.#options;
    const before = this.#shown(extension);
    const changes = table.applyContacts(extension, contacts);
    if (changes.length === 0) return;
    if (this.#shown(extension) !== before) events.touched(extension);
    const came = new Set(
      changes.filter((change) => this.#cameByRegister(change, listed)).map(({ contact }) => contact.id),
    );
    const violations = changes.flatMap((change) => this.#onContact(change, listed));
    // Before anything else is written to Asterisk: a call may be under way to the wrong phone.
    reactions?.onChanges(extension, changes, came, listed);
    const urgent = this.#violations.report(violations);
    mirror.touch(extension, urgent);
    const isRegister = changes.some(({ kind }) => kind === 'appeared' || kind === 'refreshed');
    if (isRegister && !listed) this.#options.onRegister?.(extension);
  }

  /** A whole list was read: from now on everything is news. */
  onListed(): void {
    this.#remembered.clear();
  }

  /** What people are shown of its phones: a mere refresh is nothing new to them. */
  #shown(extension: string): string {
    const contacts = this.#options.table.contacts(extension);
    return contacts
      .map(({ contact: { id, userAgent, source }, matches }) => {
        const address = source === undefined ? '' : showAddress(source.address);
        return `${id} ${showUserAgent(userAgent)} ${address} ${matches}`;
      })
      .join('\n');
  }

  #onContact(change: ContactChange, listed: boolean): ViolationChange[] {
    const { book, store, now } = this.#options;
    const { contact } = change;
    const isWrong = change.kind !== 'gone' && change.matches === false;
    const isEvicted = !isWrong && this.#options.reactions?.isEvicted(contact) === true;
    if (change.kind === 'gone') {
      store.deleteContact(contact.id);
      return book.contactEnded(contact, isEvicted ? 'evicted' : 'contact-gone', now());
    }
    const { extension, userAgent, source } = contact;
    const isFollowed = change.matches === false && this.#follow(change);
    const matches = isFollowed ? true : change.matches;
    const isPutBack = this.#options.reactions?.isPutBack(contact) === true;
    const isRegister = !listed && change.kind !== 'located' && !isPutBack;
    const isNews = this.#isNews(contact);
    if (isRegister || isNews) {
      store.putContact(contact);
      book.seenAnew(contact);
    }
    if (isRegister || (change.kind === 'appeared' && isNews && !isPutBack)) {
      const seen = { extension, userAgent, address: source?.address, matched: matches };
      store.addSighting(seenOnce({ ...seen, by: 'REGISTER' }, now()));
    }
    return this.#violations.weigh(contact, matches, isRegister, isEvicted ? 'evicted' : 'matched');
  }

  /** An event, or a list that has what it had not before, shows what a REGISTER did. */
  #cameByRegister(change: ContactChange, listed: boolean): boolean {
    if (change.kind === 'gone' || change.kind === 'located') return false;
    if (this.#options.reactions?.isPutBack(change.contact) === true) return false;
    return !listed || this.#isNews(change.contact, isRefresh);
  }

  /** Other than the database had it when the service started; after that everything is. */
  #isNews(contact: Contact, isOther = isOtherContact): boolean {
    const known = this.#remembered.get(contact.id);
    return known === undefined || isOther(known, contact);
  }

  /**
   * True where this is a newer firmware of the lock's own device, which the lock follows. A call alone moves no lock: what
   * is registered there is the old firmware's until the phone registers.
   */
  #follow({ contact }: ContactChange): boolean {
    const { table, onUpdate } = this.#options;
    const { extension, userAgent, callId, source } = contact;
    const update = table.updateOf(extension, userAgent, { ip: seenIp(contact), callId });
    if (update?.isFollowed !== true || onUpdate === undefined || userAgent.kind !== 'text') return false;
    table.follow(extension, update.of, userAgent.text);
    onUpdate({ extension, from: update.of, to: userAgent.text, address: source?.address });
    return true;
  }
}

function isOtherContact(was: Contact, is: Contact): boolean {
  return isRefresh(was, is) || isMove(was, is);
}
