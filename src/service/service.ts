/**
 * The service, put together: the only place that sees all its parts. It starts the gate before anything else can fail,
 * so that calls are answered, or left to the dialplan, from the first moment.
 */

import { entriesOfExtension, entriesOfSystem, type Memory } from '../astdb/facts.ts';
import { Heartbeat } from '../astdb/heartbeat.ts';
import { Mirror } from '../astdb/mirror.ts';
import type { Asterisk } from '../asterisk/port.ts';
import type { Config } from '../config/config.ts';
import { isUpdateOf } from '../domain/firmware-drift.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import { createGate, type Gate } from '../gate/server.ts';
import { EventLog } from '../log/event-log.ts';
import type { Logger } from '../log/logger.ts';
import { Tallies } from '../metrics/tallies.ts';
import { namesIn } from '../network/allowed.ts';
import { Names } from '../network/names.ts';
import type { CodePost } from '../notify/code-post.ts';
import { CodeMail } from '../operator/code-mail.ts';
import { Enrolment } from '../operator/enrolment.ts';
import { Grants } from '../operator/grants.ts';
import { Library } from '../operator/library.ts';
import { Operator } from '../operator/operator.ts';
import type { AttackToolTest } from '../phone-library/attack-tools.ts';
import { Reactions } from '../reaction/reactions.ts';
import { ExtensionTable } from '../state/extension-table.ts';
import { ViolationBook } from '../state/violation-book.ts';
import type { Snapshot, Store } from '../store/store.ts';
import { Tracker } from '../tracker/tracker.ts';
import { AsteriskWatch } from './asterisk-watch.ts';
import { FirmwareFollower } from './firmware-follower.ts';
import { FirstUseLock } from './first-use.ts';
import { GateFaults } from './gate-faults.ts';
import { Guardian } from './guardian.ts';
import { JournalCollector } from './journal-collector.ts';
import { LockRecovery } from './lock-recovery.ts';
import { paceOf } from './pace.ts';
import { forgetGone, recall } from './recall.ts';

const TICK_EVERY = 5000;

export interface ServiceParts {
  readonly config: Config;
  readonly store: Store;
  readonly snapshot: Snapshot;
  readonly shippedModels: readonly PhoneModel[];
  readonly isAttackTool: AttackToolTest;
  /** undefined where no mail is configured. */
  readonly codePost: CodePost | undefined;
  readonly asterisk: Asterisk;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export class Service {
  readonly table: ExtensionTable;
  readonly book = new ViolationBook();
  readonly library: Library;
  readonly operator: Operator;
  readonly enrolment: Enrolment;
  readonly grants: Grants;
  readonly events: EventLog;
  readonly mirror: Mirror;
  readonly heartbeat: Heartbeat;
  readonly gate: Gate;
  readonly tracker: Tracker;
  readonly reactions: Reactions;
  readonly tallies = new Tallies();
  readonly #parts: ServiceParts;
  readonly #guardian: Guardian;
  readonly #names: Names;
  readonly #firstUse: FirstUseLock;
  readonly #codeMail: CodeMail;
  readonly #follower: FirmwareFollower;
  readonly #recovery: LockRecovery;
  readonly #journal: JournalCollector;
  readonly #watch: AsteriskWatch;
  readonly #gateFaults: GateFaults;
  #gateAddress: { readonly host: string; readonly port: number };
  #tick: NodeJS.Timeout | undefined;

  constructor(parts: ServiceParts) {
    const { config, store, snapshot, asterisk, logger, now } = parts;
    this.#parts = parts;
    this.table = new ExtensionTable(now);
    const pace = paceOf(store);
    this.library = new Library(parts.shippedModels, snapshot.models);
    recall(snapshot, this);
    this.events = new EventLog(logger, now);
    this.tallies.listen(this.events);
    const memory: Memory = {
      table: this.table,
      book: this.book,
      library: this.library,
      gate: config.gate,
    };
    this.mirror = new Mirror({
      ...{ asterisk, logger },
      entriesOf: (extension) =>
        extension === undefined ? entriesOfSystem(memory) : entriesOfExtension(extension, memory),
      extensions: () => this.table.extensions(),
    });
    this.reactions = new Reactions({
      ...{ table: this.table, book: this.book, events: this.events },
      ...{ asterisk, store, logger, now },
      isAwaited: (extension) => this.enrolment.pending(extension) !== undefined,
      tracker: () => this.tracker,
      remembered: snapshot.contacts,
      kept: snapshot.keptContacts,
    });
    this.#guardian = new Guardian({
      ...{ table: this.table, book: this.book, mirror: this.mirror, events: this.events },
      reactions: this.reactions,
      ...{ store, logger, now, pace },
      remembered: snapshot.contacts,
      quietAfter: config.violations['quiet-after'] * 1000,
      onUpdate: (update) => this.#follower.follow(update),
      onJudged: this.tallies.judged,
      onRegister: (extension) => this.#firstUse.onRegister(extension),
      onOutside: (extension) => {
        for (const name of namesIn(this.table.lockInForce(extension).networks)) this.#names.askSoon(name);
      },
    });
    this.#names = new Names({
      wanted: () => this.table.hostNames,
      onChange: (name, addresses) => void this.#useAddresses(name, addresses),
      onTrouble: (name, why) =>
        this.events.note(why === undefined ? 'name-known' : 'name-unknown', { name, why }),
      now,
    });
    this.operator = new Operator({
      ...{ table: this.table, library: this.library, store, now },
      codes: snapshot.enrolments,
      judgeAnew: (extensions) => this.#guardian.judgeAnew(extensions),
      clear: (extension) => this.#guardian.clear(extension),
      touchSystem: () => this.mirror.touchSystem(),
      announce: ({ who, action, target, detail }) =>
        this.events.note('operator-change', { who, action, target, detail }),
    });
    this.grants = new Grants({
      ...{ table: this.table, operator: this.operator, events: this.events, logger, now },
    });
    const clock = () => performance.now();
    this.#codeMail = new CodeMail(parts.codePost, clock);
    this.enrolment = new Enrolment({
      ...{ table: this.table, operator: this.operator, events: this.events, now, clock },
      mail: this.#codeMail,
      evicted: (extension) => this.reactions.evictedOf(extension),
      limits: {
        tries: config.enrolment['max-tries'],
        lockOutMs: config.enrolment['lock-out'] * 1000,
      },
    });
    this.#follower = new FirmwareFollower({
      ...{ table: this.table, operator: this.operator, events: this.events, logger },
      judgeAnew: (extensions) => this.#guardian.judgeAnew(extensions),
    });
    this.#firstUse = new FirstUseLock({
      ...{ table: this.table, operator: this.operator, events: this.events, store, logger, now },
      ...{ isAttackTool: parts.isAttackTool, isUpdateOf: isUpdateOf },
    });
    this.#gateAddress = { host: config.gate.host, port: config.gate.port };
    this.heartbeat = new Heartbeat(asterisk, now);
    this.#watch = new AsteriskWatch(asterisk, config.asterisk.adapter as 'ami' | 'ari', now);
    this.#recovery = new LockRecovery({
      ...{ table: this.table, library: this.library, events: this.events },
      ...{ asterisk, store, logger, now, origin: snapshot.origin, database: config.store.path },
      onRecovered: () => this.#onRecovered(),
    });
    this.#journal = new JournalCollector({
      ...{ asterisk, logger, now },
      take: (record) => this.#guardian.onJournal(record),
    });
    this.tracker = new Tracker({
      ...{ asterisk, logger, now, pace },
      remembered: snapshot.contacts,
      sweepEvery: config.tracking['sweep-every'] * 1000,
      onContacts: (extension, contacts, listed) => this.#guardian.onContacts(extension, contacts, listed),
      onExtensions: (extensions) => this.#guardian.onExtensions(extensions),
      onListed: () => this.#onListed(),
    });
    this.#gateFaults = new GateFaults(logger, now);
    this.gate = createGate({
      host: config.gate.host,
      port: config.gate.port,
      allow: config.gate.allow,
      decide: (request) => this.#guardian.decide(request),
      enrol: (request) => this.enrolment.attempt(request),
      onFault: (fault) => this.#gateFaults.take(fault),
      onAnswered: this.tallies.answered,
    });
  }

  /** Resolves when calls are answered; Asterisk may still be away. Rejects where the gate cannot listen. */
  async start(): Promise<void> {
    const { asterisk } = this.#parts;
    this.#gateAddress = await this.gate.listen();
    asterisk.on('up', ({ version }) => {
      this.events.note('asterisk-up', { version });
      void this.#recovery.start();
      this.heartbeat.start();
    });
    asterisk.on('down', (why) => {
      this.heartbeat.stop();
      this.mirror.stop();
      this.reactions.onDown();
      this.events.note('asterisk-down', { why });
    });
    this.#names.start();
    this.tracker.start();
    this.grants.start();
    asterisk.start();
    this.#journal.start();
    this.#tick = setInterval(() => this.#guardian.tick(), TICK_EVERY);
  }

  /** Bounded to three seconds, whatever hangs. */
  async stop(): Promise<void> {
    clearInterval(this.#tick);
    this.#journal.stop();
    this.#recovery.stop();
    this.#names.stop();
    this.tracker.stop();
    this.reactions.stop();
    this.grants.stop();
    this.#codeMail.stop();
    await Promise.race([this.heartbeat.end(), new Promise((resolve) => setTimeout(resolve, 500))]);
    await Promise.all([this.gate.close(), this.#parts.asterisk.stop()]);
  }

  /** Where the gate listens. */
  get gateAddress(): { readonly host: string; readonly port: number } {
    return this.#gateAddress;
  }

  /** How Asterisk is reached, for the status. */
  get asterisk() {
    return this.#watch.status;
  }

  /** Faults of the service's own in the gate, since the start. */
  get gateBugs(): number {
    return this.#gateFaults.bugs;
  }

  /** A host's name in somebody's networks stands for other addresses now. */
  async #useAddresses(name: string, addresses: readonly string[]): Promise<void> {
    this.table.setAddresses(name, addresses);
    this.events.note('name-resolved', { name, addresses });
    await this.#guardian.judgeAnew(this.table.withHostName(name));
  }

  #onListed(): void {
    const { store, snapshot } = this.#parts;
    if (!this.table.contactsListed) forgetGone(snapshot, this.table, store);
    this.#guardian.onListed();
    // Only now: pass tokens follow the contacts, and those of before must not be deleted for want of a list.
    if (this.table.loaded && !this.mirror.isStarted) void this.#startMirror();
  }

  async #onRecovered(): Promise<void> {
    await this.#guardian.judgeAnew([...this.table.extensions()]);
    if (this.table.contactsListed) await this.#startMirror();
  }

  async #startMirror(): Promise<void> {
    try {
      await this.mirror.start();
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'AstDB could not be read; it is read at the next list');
    }
  }
}
