/**
 * The service, put together: the only place that sees all its parts. It starts the gate before anything else can fail,
 * so that calls are answered, or left to the dialplan, from the first moment.
 */

import { FAMILY } from '../astdb/entries.ts';
import { entriesOfExtension, entriesOfSystem, type Memory } from '../astdb/facts.ts';
import { Heartbeat } from '../astdb/heartbeat.ts';
import { collectJournal } from '../astdb/journal.ts';
import { Mirror } from '../astdb/mirror.ts';
import { recoverFrom } from '../astdb/recovery.ts';
import type { Asterisk } from '../asterisk/port.ts';
import type { Config } from '../config/config.ts';
import type { CallRecord } from '../domain/call-record.ts';
import { isUpdateOf } from '../domain/firmware-drift.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import type { GateFault } from '../gate/fault.ts';
import { createGate, type Gate } from '../gate/server.ts';
import { EventLog } from '../log/event-log.ts';
import { LineBudget } from '../log/line-budget.ts';
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
import { FirmwareFollower } from './firmware-follower.ts';
import { FirstUseLock } from './first-use.ts';
import { Guardian } from './guardian.ts';
import { keepForeign } from './keep-foreign.ts';
import { paceOf } from './pace.ts';

const JOURNAL_EVERY = 5000;
const TICK_EVERY = 5000;
const RECOVER_AGAIN = 2000;

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
  /** A stranger at the port must not fill the log. */
  readonly #gateFaults = new LineBudget(10, 60_000);
  readonly #timers: NodeJS.Timeout[] = [];
  #gateBugs = 0;
  #isCollecting = false;
  #isRecovering = false;
  #asteriskVersion: string | undefined;
  #asteriskSince: number | undefined;
  #lastEvent: number | undefined;
  #gateAddress: { readonly host: string; readonly port: number };
  #recoverAgain: NodeJS.Timeout | undefined;

  constructor(parts: ServiceParts) {
    const { config, store, snapshot, asterisk, logger, now } = parts;
    this.#parts = parts;
    this.table = new ExtensionTable(now);
    const pace = paceOf(store);
    this.library = new Library(parts.shippedModels, snapshot.models);
    this.#remember(snapshot);
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
    this.tracker = new Tracker({
      ...{ asterisk, logger, now, pace },
      remembered: snapshot.contacts,
      sweepEvery: config.tracking['sweep-every'] * 1000,
      onContacts: (extension, contacts, listed) => this.#guardian.onContacts(extension, contacts, listed),
      onExtensions: (extensions) => this.#guardian.onExtensions(extensions),
      onListed: () => this.#onListed(),
    });
    this.gate = createGate({
      host: config.gate.host,
      port: config.gate.port,
      allow: config.gate.allow,
      decide: (request) => this.#guardian.decide(request),
      enrol: (request) => this.enrolment.attempt(request),
      onFault: (fault) => this.#onGateFault(fault),
      onAnswered: this.tallies.answered,
    });
  }

  /** Resolves when calls are answered; Asterisk may still be away. Rejects where the gate cannot listen. */
  async start(): Promise<void> {
    const { asterisk, now } = this.#parts;
    this.#gateAddress = await this.gate.listen();
    asterisk.on('up', ({ version }) => {
      [this.#asteriskVersion, this.#asteriskSince] = [version, now()];
      this.events.note('asterisk-up', { version });
      void this.#recover();
      this.heartbeat.start();
    });
    asterisk.on('down', (why) => {
      this.#asteriskSince = now();
      this.heartbeat.stop();
      this.mirror.stop();
      this.reactions.onDown();
      this.events.note('asterisk-down', { why });
    });
    for (const event of ['contactChanged', 'authenticated'] as const) {
      asterisk.on(event, () => {
        this.#lastEvent = now();
      });
    }
    this.#names.start();
    this.tracker.start();
    this.grants.start();
    asterisk.start();
    this.#timers.push(
      setInterval(() => void this.#collectJournal(), JOURNAL_EVERY),
      setInterval(() => this.#guardian.tick(), TICK_EVERY),
    );
  }

  /** Bounded to three seconds, whatever hangs. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#recoverAgain);
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
    const { asterisk, config } = this.#parts;
    return {
      adapter: config.asterisk.adapter as 'ami' | 'ari',
      connected: asterisk.connected,
      version: this.#asteriskVersion,
      since: this.#asteriskSince,
      lastEvent: this.#lastEvent,
    };
  }

  /** A host's name in somebody's networks stands for other addresses now. */
  async #useAddresses(name: string, addresses: readonly string[]): Promise<void> {
    this.table.setAddresses(name, addresses);
    this.events.note('name-resolved', { name, addresses });
    await this.#guardian.judgeAnew(this.table.withHostName(name));
  }

  /** Faults of the service's own in the gate, since the start. */
  get gateBugs(): number {
    return this.#gateBugs;
  }

  #onGateFault({ code, message, bug, cause }: GateFault): void {
    const { logger } = this.#parts;
    if (bug) {
      this.#gateBugs++;
      logger.error({ event: 'gate-bug', code, err: cause }, message);
    } else if (this.#gateFaults.take(code, this.#parts.now()))
      logger.warn({ event: 'gate-fault', code }, message);
  }

  #remember(snapshot: Snapshot): void {
    this.table.setModels(this.library.models());
    this.table.setSettings(snapshot.settings);
    this.table.setExtensions(snapshot.extensions);
    for (const [extension, policy] of snapshot.policies) this.table.setPolicy(extension, policy);
    this.table.recall(snapshot.contacts);
    this.book.load(snapshot.openViolations, snapshot.nextViolationId, snapshot.clearedViolations);
    if (snapshot.origin.kind === 'existing') this.table.markLoaded();
  }

  #onListed(): void {
    const { store, snapshot } = this.#parts;
    if (!this.table.contactsListed) this.#forgetGone(store, snapshot);
    this.#guardian.onListed();
    // Only now: pass tokens follow the contacts, and those of before must not be deleted for want of a list.
    if (this.table.loaded && !this.mirror.isStarted) void this.#startMirror();
  }

  /** Contacts of before the start that are gone by now. */
  #forgetGone(store: Store, snapshot: Snapshot): void {
    const live = new Set<string>();
    for (const extension of this.table.extensions()) {
      for (const { contact } of this.table.contacts(extension)) live.add(contact.id);
    }
    for (const { id } of snapshot.contacts) if (!live.has(id)) store.deleteContact(id);
  }

  async #startMirror(): Promise<void> {
    try {
      await this.mirror.start();
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'AstDB could not be read; it is read at the next list');
    }
  }

  /** After a new or replaced database: what operators decided is still in AstDB. */
  async #recover(): Promise<void> {
    if (this.table.loaded || this.#isRecovering) return;
    this.#isRecovering = true;
    clearTimeout(this.#recoverAgain);
    const { asterisk, store, snapshot, logger } = this.#parts;
    try {
      const tree = await asterisk.databaseTree(FAMILY);
      await keepForeign(tree, this.#parts.config.store.path, this.events);
      const { policies, models, settings, unreadable } = recoverFrom(tree);
      const { origin } = snapshot;
      const source = origin.kind === 'replaced' ? `AstDB, in place of ${origin.setAside}` : 'AstDB';
      if (policies.size > 0 || models.length > 0 || settings !== undefined) {
        const at = this.#parts.now();
        const detail = `${policies.size} extensions and ${models.length} phone models from ${source}`;
        const audit = [{ at, who: 'service', action: 'import', target: 'system', detail }];
        await store.commit({ policies, models, audit, ...(settings === undefined ? {} : { settings }) });
      }
      await store.recovered();
      for (const model of models) this.library.apply(model);
      this.table.setModels(this.library.models());
      if (settings !== undefined) this.table.setSettings(settings);
      for (const [extension, policy] of policies) this.table.setPolicy(extension, policy);
      this.table.markLoaded();
      this.events.note('locks-recovered', { extensions: policies.size, models: models.length, unreadable });
      await this.#guardian.judgeAnew([...this.table.extensions()]);
      if (this.table.contactsListed) await this.#startMirror();
    } catch (error) {
      logger.error({ err: error }, 'the locks could not be read back from AstDB; trying again');
      this.#recoverAgain = setTimeout(() => void this.#recover(), RECOVER_AGAIN);
    } finally {
      this.#isRecovering = false;
    }
  }

  async #collectJournal(): Promise<void> {
    const { asterisk, logger } = this.#parts;
    if (!asterisk.connected || this.#isCollecting) return;
    this.#isCollecting = true;
    try {
      const take = (record: CallRecord) => this.#guardian.onJournal(record);
      await collectJournal(asterisk, take, this.#parts.now());
    } catch (error) {
      logger.debug({ err: error }, "the dialplan's journal could not be collected; it is at the next round");
    } finally {
      this.#isCollecting = false;
    }
  }
}
