/**
 * Reacts: to registrations, to calls, to what operators decide. It keeps the violations, and passes every change on to
 * the database (trailing), AstDB and the log. Nothing here waits for any of them.
 */
import type { Mirror } from '../astdb/mirror.ts';
import { type SourceAddress, showAddress } from '../domain/address.ts';
import type { CallRecord } from '../domain/call-record.ts';
import { type Contact, isMove, isRefresh } from '../domain/contact.ts';
import type { UserAgent } from '../domain/user-agent.ts';
import { showUserAgent } from '../domain/user-agent.ts';
import { acceptedBy, answerOf, type DenyReason, type Judgement, judgeCall } from '../domain/verdict.ts';
import type { Violation, ViolationEnd } from '../domain/violation.ts';
import type { Answer, GateRequest } from '../gate/request.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Logger } from '../log/logger.ts';
import type { Reactions } from '../reaction/reactions.ts';
import type { ContactChange } from '../state/contact-change.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import { seenIp } from '../state/firmware-watch.ts';
import type { ViolationBook, ViolationChange } from '../state/violation-book.ts';
import type { Store } from '../store/store.ts';
import type { Pace } from './pace.ts';
import { RecentCalls } from './recent-calls.ts';
import { RefusalRate } from './refusal-rate.ts';

export interface GuardianOptions {
  readonly table: ExtensionTable;
  readonly book: ViolationBook;
  readonly store: Pick<
    Store,
    'putViolation' | 'addSighting' | 'putCall' | 'putContact' | 'deleteContact' | 'putExtensions'
  >;
  readonly mirror: Pick<Mirror, 'touch'>;
  /** What is done about wrong devices; nothing where it is not said. */
  readonly reactions?: Pick<Reactions, 'onChanges' | 'onJudgedAnew' | 'onListed' | 'isEvicted' | 'isPutBack'>;
  readonly events: EventLog;
  readonly logger: Logger;
  readonly pace: Pace;
  /** Contacts of before the start, as the database has them: what is listed unchanged is no news. */
  readonly remembered: readonly Contact[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of every verdict, before it is given; must not throw, and must be quick. */
  readonly onJudged?: (judgement: Judgement) => void;
  /** A violation that no contact holds ends after this many milliseconds without a call. */
  readonly quietAfter: number;
  /** A newer firmware of a lock's own device was let through: the lock is to move to it. */
  readonly onUpdate?: (update: FollowedUpdate) => void;
  /** A REGISTER of this extension came, and was dealt with. */
  readonly onRegister?: (extension: string) => void;
  /** A right device of this extension was outside the networks it may be in. */
  readonly onOutside?: (extension: string) => void;
}

/** A lock's device came back with a newer firmware. */
export interface FollowedUpdate {
  readonly extension: string;
  /** The User-Agents. */
  readonly from: string;
  readonly to: string;
  readonly address: SourceAddress | undefined;
}

/** Characters kept of what was dialled. */
const MAX_DIALLED = 64;

/** Extensions judged anew before calls get their turn. */
const SLICE = 100;
/** The same of what is only compared. */
const LIGHT_SLICE = 2000;

export class Guardian {
  readonly #options: GuardianOptions;
  readonly #remembered: Map<string, Contact>;
  readonly #recent = new RecentCalls();
  readonly #refusals = new RefusalRate();

  constructor(options: GuardianOptions) {
    this.#options = options;
    this.#remembered = new Map(options.remembered.map((contact) => [contact.id, contact]));
  }

  /** The verdict on a call: from memory, and recorded only after it was given. */
  decide(request: GateRequest): Answer {
    const { call, callId } = request;
    const judgement = judgeCall({ ...call, callId }, this.#options.table.standingOf, (endpoint) =>
      this.#recent.has(provenKey(request, endpoint)),
    );
    this.#options.onJudged?.(judgement);
    setImmediate(() => this.#record(request, judgement));
    const { kind, reason } = answerOf(judgement);
    if (kind === 'allow') return { kind };
    if (kind === 'unknown') return { kind, reason };
    const again = this.#refusals.isRepeated(judgement.extension ?? '', this.#options.now());
    return { kind, reason, plain: again };
  }

  /** What the tracker found at one extension. */
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
    const urgent = this.#report(violations);
    mirror.touch(extension, urgent);
    const isRegister = changes.some(({ kind }) => kind === 'appeared' || kind === 'refreshed');
    if (isRegister && !listed) this.#options.onRegister?.(extension);
  }

  /** A whole list was read: violations that no live contact holds ended while nobody was looking. */
  onListed(): void {
    const { table, book, mirror, now } = this.#options;
    table.markContactsListed();
    this.#remembered.clear();
    book.forgetCleared();
    const extensions = new Set([...book.allOpen()].map(({ extension }) => extension));
    for (const extension of extensions) {
      this.#report(book.endUnheld(extension, now()));
      mirror.touch(extension);
    }
    this.#options.reactions?.onListed();
  }

  /** The whole list as Asterisk has it: only what is another than before is touched, and that in slices. */
  async onExtensions(extensions: ReadonlyMap<string, string | undefined>): Promise<void> {
    const { table, store, events, pace } = this.#options;
    const listed: string[] = [];
    let isOther = false;
    let done = 0;
    for (const [name, label] of extensions) {
      if (!table.isListed(name)) listed.push(name);
      else if (table.label(name) !== label) isOther = true;
      table.list(name, label);
      if (++done % LIGHT_SLICE === 0) await pace();
    }
    const unlisted: string[] = [];
    for (const name of table.extensions()) {
      if (table.isListed(name) && !extensions.has(name)) unlisted.push(name);
      if (++done % LIGHT_SLICE === 0) await pace();
    }
    for (const name of unlisted) table.unlist(name);
    const changed = [...listed, ...unlisted];
    if (changed.length === 0 && !isOther) return;
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
    this.#report(changes);
    mirror.touch(extension, true);
    return changes.length;
  }

  /** Ends what has been quiet for long. */
  tick(): void {
    const { book, mirror, now, quietAfter } = this.#options;
    this.#options.events.tick();
    const changes = book.endQuiet(now() - quietAfter, now());
    this.#report(changes);
    for (const { violation } of changes) mirror.touch(violation.extension);
  }

  /** A call the dialplan decided by itself. */
  onJournal(record: CallRecord): void {
    const { store, events } = this.#options;
    store.putCall(record);
    events.call(record);
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
      this.#see(extension, userAgent, source?.address, 'REGISTER', matches);
    }
    return this.#weigh(contact, matches, isRegister, isEvicted ? 'evicted' : 'matched');
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

  #weigh(
    contact: Contact,
    matches: boolean | undefined,
    isRegister: boolean,
    end: ViolationEnd,
  ): ViolationChange[] {
    const { book, table, now } = this.#options;
    if (matches !== false) {
      const ended = book.contactEnded(contact, end, now());
      return matches === true ? [...ended, ...book.rightRegistered(contact, now())] : ended;
    }
    const { mode } = table.lockInForce(contact.extension);
    const reason = this.#reasonAgainst(contact);
    if (reason === 'wrong-network') this.#options.onOutside?.(contact.extension);
    return isRegister
      ? book.sawRegister(contact, reason, mode, now())
      : book.holds(contact, reason, mode, now());
  }

  #reasonAgainst(contact: Contact): DenyReason {
    const { extension, userAgent, callId } = contact;
    const { table } = this.#options;
    if (userAgent.kind === 'absent') return 'no-user-agent';
    if (userAgent.kind === 'malformed') return 'malformed-user-agent';
    const standing = table.standingOf(extension);
    if (typeof standing === 'object' && standing.accepts(userAgent)) return 'wrong-network';
    const update = table.updateOf(extension, userAgent, { ip: seenIp(contact), callId });
    return update === undefined ? 'wrong-device' : 'newer-firmware';
  }

  #judgeAnew(extension: string): void {
    const { table, book, mirror, events, now } = this.#options;
    const standing = table.standingOf(extension);
    const changes = book.rejudge(extension, acceptedBy(standing), now());
    for (const { contact, matches } of table.contacts(extension)) {
      changes.push(...this.#weigh(contact, matches, false, 'lock-changed'));
    }
    this.#options.reactions?.onJudgedAnew(extension);
    this.#report(changes);
    events.touched(extension);
    mirror.touch(extension, changes.length > 0);
  }

  #record(request: GateRequest, judgement: Judgement): void {
    const { verdict, extension } = judgement;
    if (extension === undefined) return;
    const isRight = verdict.kind === 'allow' && verdict.reason !== 'no-lock';
    if (isRight && judgement.role === 'caller') this.#recent.isFirst(provenKey(request, extension));
    const { userAgent, address } = request.call;
    if (judgement.role === 'caller' && this.#recent.isFirst(`seen ${request.linkedId} ${extension}`)) {
      this.#see(extension, userAgent, address, 'INVITE', seenAs(judgement));
    }
    if (verdict.kind === 'allow' && verdict.reason === 'newer-firmware') {
      // No REGISTER has told of it yet, and perhaps none will.
      const from = address === undefined ? undefined : showAddress(address);
      this.#options.events.note('newer-firmware-called', {
        extension,
        device: showUserAgent(userAgent),
        from,
      });
    }
    if (verdict.kind !== 'deny') return;
    if (!this.#recent.isFirst(`denied ${request.linkedId} ${extension}`)) return;
    this.#recordDenied(request, judgement, extension, verdict.reason);
  }

  #recordDenied(request: GateRequest, judgement: Judgement, extension: string, reason: DenyReason): void {
    const { book, store, mirror, events, now } = this.#options;
    const { mode, role } = judgement;
    if (reason === 'wrong-network') this.#options.onOutside?.(extension);
    const { linkedId } = request;
    const dialled = request.dialled.replace(/[^0-9*#+]/g, '').slice(0, MAX_DIALLED);
    const isCaller = role === 'caller';
    const userAgent: UserAgent = isCaller ? request.call.userAgent : { kind: 'absent' };
    const party = request.call.behind.find((one) => one.role === role && one.endpoint === extension);
    const address = isCaller ? request.call.address : party?.address;
    const changes = book.sawCall({ extension, userAgent, address, reason, mode, dialled }, now());
    const violation = changes.at(-1)?.violation;
    const record: CallRecord = {
      ...{ linkedId, extension, dialled, userAgent, address, reason },
      outcome: mode === 'monitor' ? 'monitored' : 'refused',
      violation: violation?.id,
      at: now(),
    };
    store.putCall(record);
    events.call(record);
    this.#report(changes);
    mirror.touch(extension, true);
  }

  #see(
    extension: string,
    userAgent: UserAgent,
    address: SourceAddress | undefined,
    by: 'REGISTER' | 'INVITE',
    matched: boolean | undefined,
  ): void {
    const at = this.#options.now();
    this.#options.store.addSighting({
      ...{ extension, userAgent, address, by, matched },
      firstSeen: at,
      lastSeen: at,
      count: 1,
    });
  }

  #sayUpdate({ extension, userAgent, address, id }: Violation): void {
    this.#options.events.note('looks-like-firmware-update', {
      ...{ extension, violation: id, device: showUserAgent(userAgent) },
      from: address === undefined ? undefined : showAddress(address),
      hint: `If it is your phone: ${acceptCommand(extension)}`,
    });
  }

  /** Stores and announces; true where a violation was opened. */
  #report(changes: readonly ViolationChange[]): boolean {
    const { store, events, logger } = this.#options;
    for (const { change, violation } of changes) {
      store.putViolation(violation);
      events.violation(change, violation);
      if (change === 'opened' && violation.reason === 'newer-firmware') this.#sayUpdate(violation);
      if (change === 'counted') {
        const { extension, userAgent, address } = violation;
        const from = address === undefined ? undefined : showAddress(address);
        logger.debug({ extension, userAgent: showUserAgent(userAgent), from }, 'violation seen again');
      }
    }
    return changes.some(({ change }) => change === 'opened');
  }
}

function isOtherContact(was: Contact, is: Contact): boolean {
  return isRefresh(was, is) || isMove(was, is);
}

/** What accepts a device that registered after its update. The device's own words are no part of it. */
export function acceptCommand(extension: string): string {
  return `device-lock lock ${extension} --this-device --add`;
}

/** This call, placed by this endpoint as the right device. */
function provenKey({ linkedId }: GateRequest, endpoint: string): string {
  return `proven ${linkedId} ${endpoint}`;
}

/** Whether the INVITE named the right device, whatever else was wrong with the call. */
function seenAs({ verdict }: Judgement): boolean | undefined {
  if (verdict.kind === 'allow') return verdict.reason === 'no-lock' ? undefined : true;
  if (verdict.kind === 'unknown') return undefined;
  return ['wrong-device-registered', 'not-registered', 'wrong-network'].includes(verdict.reason);
}
