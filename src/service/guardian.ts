/**
 * Reacts: to registrations, to calls, to what operators decide. It keeps the violations, and passes every change on to
 * the database (trailing), AstDB and the log. Nothing here waits for any of them.
 */
import type { CallRecord } from '../domain/call-record.ts';
import type { Contact } from '../domain/contact.ts';
import { acceptedBy } from '../domain/verdict.ts';
import type { Answer, GateRequest } from '../gate/request.ts';
import type { Reactions } from '../reaction/reactions.ts';
import type { Store } from '../store/store.ts';
import { Calls, type CallsOptions } from './calls.ts';
import { takeExtensions } from './extension-list.ts';
import type { Pace } from './pace.ts';
import { Registrations, type RegistrationsOptions } from './registrations.ts';
import { Violations, type ViolationsOptions } from './violations.ts';

export interface GuardianOptions extends ViolationsOptions, RegistrationsOptions, CallsOptions {
  readonly store: ViolationsOptions['store'] &
    RegistrationsOptions['store'] &
    CallsOptions['store'] &
    Pick<Store, 'putExtensions'>;
  /** What is done about wrong devices; nothing where it is not said. */
  readonly reactions?: Pick<Reactions, 'onChanges' | 'onJudgedAnew' | 'onListed' | 'isEvicted' | 'isPutBack'>;
  readonly pace: Pace;
  /** A violation that no contact holds ends after this many milliseconds without a call. */
  readonly quietAfter: number;
}

/** Extensions judged anew before calls get their turn. */
const SLICE = 100;

export class Guardian {
  readonly #options: GuardianOptions;
  readonly #violations: Violations;
  readonly #registrations: Registrations;
  readonly #calls: Calls;

  constructor(options: GuardianOptions) {
    this.#options = options;
    this.#violations = new Violations(options);
    this.#registrations = new Registrations(options, this.#violations);
    this.#calls = new Calls(options, this.#violations);
  }

  /** The verdict on a call: from memory, and recorded only after it was given. */
  decide(request: GateRequest): Answer {
    return this.#calls.decide(request);
  }

  /** A call the dialplan decided by itself. */
  onJournal(record: CallRecord): void {
    this.#calls.report(record);
  }

  /** What the tracker found at one extension. */
  onContacts(extension: string, contacts: readonly Contact[], listed: boolean): void {
    this.#registrations.onContacts(extension, contacts, listed);
  }

  /** A whole list was read: violations that no live contact holds ended while nobody was looking. */
  onListed(): void {
    const { table, book, mirror, now } = this.#options;
    table.markContactsListed();
    this.#registrations.onListed();
    book.forgetCleared();
    const extensions = new Set([...book.allOpen()].map(({ extension }) => extension));
    for (const extension of extensions) {
      this.#violations.report(book.endUnheld(extension, now()));
      mirror.touch(extension);
    }
    this.#options.reactions?.onListed();
  }

  /** The whole list as Asterisk has it. */
  async onExtensions(extensions: ReadonlyMap<string, string | undefined>): Promise<void> {
    const { table, store, events, pace } = this.#options;
    const { changed, isOther } = await takeExtensions(extensions, table, pace);
    if (!isOther) return;
    store.putExtensions(extensions);
    events.touched();
    await this.judgeAnew(changed);
  }

  /** Policies, models, the fallback or the mode changed: these extensions are judged against their live contacts. */
  async judgeAnew(extensions: Iterable<string>): Promise<void> {
    let done = 0;
    for (const extension of extensions) {
      this.#judgeAnew(extension);
      if (++done % SLICE === 0) await this.#options.pace();
    }
  }

  /** An operator says the violations are dealt with. Returns how many were open. */
  clear(extension: string): number {
    const { book, mirror, now } = this.#options;
    const changes = book.clear(extension, now());
    this.#violations.report(changes);
    mirror.touch(extension, true);
    return changes.length;
  }

  /** Ends what has been quiet for long. */
  tick(): void {
    const { book, mirror, now, quietAfter } = this.#options;
    this.#options.events.tick();
    const changes = book.endQuiet(now() - quietAfter, now());
    this.#violations.report(changes);
    for (const { violation } of changes) mirror.touch(violation.extension);
  }

  #judgeAnew(extension: string): void {
    const { table, book, mirror, events, now } = this.#options;
    const standing = table.standingOf(extension);
    const changes = book.rejudge(extension, acceptedBy(standing), now());
    for (const { contact, matches } of table.contacts(extension)) {
      changes.push(...this.#violations.weigh(contact, matches, false, 'lock-changed'));
    }
    this.#options.reactions?.onJudgedAnew(extension);
    this.#violations.report(changes);
    events.touched(extension);
    mirror.touch(extension, changes.length > 0);
  }
}
