/**
 * What Device Lock does by itself about a wrong device: the seam between what the tracker found and those who act on it. It
 * records and announces what was done; whether anything is done, the operator's settings say.
 */
import type { Asterisk, StoredContact } from '../asterisk/port.ts';
import { showAddress } from '../domain/address.ts';
import type { Contact } from '../domain/contact.ts';
import { isBelievable } from '../domain/firmware-drift.ts';
import type { Reaction, ReactionKind } from '../domain/reaction.ts';
import { showUserAgent } from '../domain/user-agent.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Logger } from '../log/logger.ts';
import type { ContactChange } from '../state/contact-change.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import { seenIp } from '../state/firmware-watch.ts';
import type { ViolationBook } from '../state/violation-book.ts';
import type { Store } from '../store/store.ts';
import { aorOf, type Tracker } from '../tracker/tracker.ts';
import { Evicted } from './evicted.ts';
import { Evictor, type MayAct } from './evictor.ts';
import { HangUps } from './hang-ups.ts';
import { Keepsakes } from './keepsakes.ts';

export interface ReactionOptions {
  readonly table: ExtensionTable;
  readonly book: Pick<ViolationBook, 'heldBy'>;
  readonly asterisk: Pick<
    Asterisk,
    'storedContacts' | 'takeBack' | 'settle' | 'channelsOf' | 'hangUp' | 'connected'
  >;
  /** An operator expects a new phone there: a one-time code of the extension is good. */
  readonly isAwaited: (extension: string) => boolean;
  readonly tracker: () => Pick<Tracker, 'puttingBack' | 'isPutBack' | 'tookBack' | 'hasLeft'>;
  readonly store: Pick<Store, 'addReaction' | 'keepContact'>;
  readonly events: EventLog;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Contacts of before the start, and what Asterisk had stored of them. */
  readonly remembered: readonly Contact[];
  readonly kept: ReadonlyMap<string, string>;
}

/** What was done since the start. */
export interface ReactionCounts {
  readonly evicted: number;
  readonly restored: number;
  readonly hungUp: number;
  /** Extensions where the next eviction is held back, because there were so many. */
  readonly held: number;
}

const MAX_IN_MIND = 10_000;

export class Reactions {
  readonly #options: ReactionOptions;
  readonly #keepsakes: Keepsakes;
  readonly #evictor: Evictor;
  readonly #hangUps: HangUps;
  /** Everything was listed since the connection came about. */
  #isWatching = false;
  /** Contacts that are being removed; their end is ours. */
  readonly #evicting = new Set<string>();
  readonly #evicted = new Evicted();
  readonly #counts = { evicted: 0, restored: 0, 'hung-up': 0 };

  constructor(options: ReactionOptions) {
    this.#options = options;
    const { table, asterisk, store, logger, now } = options;
    this.#keepsakes = new Keepsakes({
      ...{ asterisk, logger, now },
      keep: (id, stored) => store.keepContact(id, stored),
    });
    this.#keepsakes.load(options.remembered, options.kept);
    const mayAct: MayAct = (extension, option) => this.#mayAct(extension, option);
    this.#evictor = new Evictor({
      ...{ table, asterisk, logger, now, mayAct, keepsakes: this.#keepsakes },
      onSent: (evicted, restoring) => this.#sent(evicted, restoring),
      onDone: (aor, evicted, restored) => this.#tookBack(aor, evicted, restored),
      onFailed: (evicted) => {
        for (const { id } of evicted) this.#evicting.delete(id);
      },
    });
    this.#hangUps = new HangUps({
      ...{ table, asterisk, logger, mayAct },
      onDone: (wrong, calls) => this.#record('hung-up', wrong, wrong, calls),
    });
  }

  get counts(): ReactionCounts {
    const { evicted, restored, 'hung-up': hungUp } = this.#counts;
    return { evicted, restored, hungUp, held: this.#evictor.held };
  }

  /** Contacts of the extension that were removed, and whose registration would not be over yet. */
  evictedOf(extension: string): Contact[] {
    return this.#evicted.of(extension, this.#options.now());
  }

  /** A contact that is gone was removed by us. */
  isEvicted(contact: Contact): boolean {
    return this.#evicting.delete(contact.id);
  }

  /** A contact that appeared was put back by us: its phone sent no REGISTER. */
  isPutBack(contact: Contact): boolean {
    return this.#options.tracker().isPutBack(contact);
  }

  /**
   * What changed at one extension.
   * @param came ids of the contacts that a REGISTER brought to what they are
   */
  onChanges(
    extension: string,
    changes: readonly ContactChange[],
    came: ReadonlySet<string>,
    listed: boolean,
  ): void {
    const wrong: Contact[] = [];
    for (const change of changes) {
      const { contact } = change;
      if (change.kind === 'gone') this.#went(contact, listed);
      else if (change.matches === true) this.#sawRight(change, came.has(contact.id));
      else if (change.matches === false && this.#isOtherDevice(contact)) {
        if (change.kind === 'refreshed') this.#keepsakes.overwritten(contact);
        if (came.has(contact.id)) wrong.push(contact);
      }
    }
    if (wrong.length === 0) return;
    this.#evictor.sawWrong(
      extension,
      wrong.map(({ id }) => id),
    );
    this.#hangUps.sawWrong(extension, wrong);
  }

  /** The lock, the settings or the library changed: no REGISTER came, so nothing is removed. */
  onJudgedAnew(extension: string): void {
    if (!this.#isEvictOn(extension)) {
      this.#keepsakes.forget(extension);
      return;
    }
    for (const { contact, matches } of this.#options.table.contacts(extension)) {
      if (matches === true) this.#keepsakes.want(contact);
    }
  }

  /** The connection is gone: what is known may be over. */
  onDown(): void {
    this.#isWatching = false;
    this.#evictor.onDown();
  }

  onListed(): void {
    this.#isWatching = true;
    this.#keepsakes.onListed((extension) => this.#isWrongAt(extension));
    this.#evictor.onListed();
  }

  stop(): void {
    this.#evictor.stop();
    this.#hangUps.stop();
    this.#keepsakes.stop();
  }

  #went(contact: Contact, listed: boolean): void {
    const { tracker } = this.#options;
    const isWrongHere = this.#isWrongAt(contact.extension);
    // A list at other times shows only sooner what events tell.
    const isUnwatched = listed && !this.#isWatching;
    const hasLeft = !isUnwatched && tracker().hasLeft(contact);
    this.#keepsakes.went(contact, { isWrongHere, hasLeft, isUnwatched });
  }

  #isWrongAt(extension: string): boolean {
    const contacts = this.#options.table.contacts(extension);
    return contacts.some(({ contact, matches }) => matches === false && this.#isOtherDevice(contact));
  }

  #sawRight({ kind, contact }: ContactChange, came: boolean): void {
    if (!this.#isEvictOn(contact.extension)) return;
    this.#keepsakes.want(contact);
    if (kind === 'appeared' && came) this.#settle(contact);
  }

  /**
   * Not only at the wrong place: nothing is done on the mere source. And not what looks like the phone itself after an
   * update, which is for the operator to say; by its words alone, where nobody saw where they came from.
   */
  #isOtherDevice(contact: Contact): boolean {
    const { table } = this.#options;
    const { extension, userAgent, callId } = contact;
    const standing = table.standingOf(extension);
    if (typeof standing !== 'object' || standing.accepts(userAgent)) return false;
    const ip = seenIp(contact);
    const believes = ip === undefined ? () => true : isBelievable;
    return table.updateOf(extension, userAgent, { ip, callId }, believes) === undefined;
  }

  /**
   * Wanted there, and nothing is in doubt. A new phone is another device until its code was dialled; a model that the
   * library has lost accepts nothing, which tells nothing about the devices.
   */
  #mayAct(extension: string, option: 'evict' | 'hangUp'): boolean {
    const { table, isAwaited } = this.#options;
    const { lock, mode, [option]: isWanted } = table.lockInForce(extension);
    if (!isWanted || mode !== 'enforce' || lock === undefined || isAwaited(extension)) return false;
    return lock.alternatives.every((one) => one.kind !== 'model' || table.model(one.model) !== undefined);
  }

  #isEvictOn(extension: string): boolean {
    const { evict, lock } = this.#options.table.lockInForce(extension);
    return evict && lock !== undefined;
  }

  #settle(contact: Contact): void {
    const { asterisk, logger } = this.#options;
    asterisk.settle(aorOf(contact.id)).catch((error: unknown) => {
      logger.debug({ err: error }, 'what stood in for a phone could not be removed');
    });
  }

  #sent(evicted: readonly Contact[], restoring: readonly StoredContact[]): void {
    // What never came to an end (a thief that registers in the same moment) must not pile up.
    if (this.#evicting.size > MAX_IN_MIND) this.#evicting.clear();
    for (const { id } of evicted) this.#evicting.add(id);
    this.#options.tracker().puttingBack(restoring.map(({ contact }) => contact));
  }

  #tookBack(aor: string, evicted: readonly Contact[], restored: readonly Contact[]): void {
    const [wrong = restored[0]] = evicted;
    if (wrong === undefined) return;
    for (const contact of evicted) {
      this.#evicted.note(contact);
      this.#record('evicted', contact, contact, 1);
    }
    for (const contact of restored) this.#record('restored', wrong, contact, 1);
    this.#options.tracker().tookBack(aor, evicted, restored);
  }

  /** @param wrong whose violation it belongs to @param device what it was done to */
  #record(kind: ReactionKind, wrong: Contact, device: Contact, count: number): void {
    const { book, store, events, now } = this.#options;
    this.#counts[kind] += count;
    const { extension, userAgent, source } = device;
    const violation = book.heldBy(wrong)?.id;
    const from = source === undefined ? undefined : showAddress(source.address);
    const { proof } = source ?? {};
    events.note(kind, { extension, violation, userAgent: showUserAgent(userAgent), from, count, proof });
    if (violation === undefined) return;
    const at = now();
    const reaction: Reaction = {
      ...{ extension, violation, kind, userAgent, address: source?.address },
      ...{ firstAt: at, lastAt: at, count },
    };
    store.addReaction(reaction);
  }
}
