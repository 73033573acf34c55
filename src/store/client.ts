/**
 * The store as the rest of the service sees it. Everything that touches the disk happens on the database's thread;
 * nothing here waits for it, except those who asked to.
 */
import type { Delivery } from '../domain/alert.ts';
import type { CallRecord } from '../domain/call-record.ts';
import type { Contact } from '../domain/contact.ts';
import { messageOf } from '../domain/message-of.ts';
import type { Reaction } from '../domain/reaction.ts';
import type { Sighting } from '../domain/sighting.ts';
import type { Violation } from '../domain/violation.ts';
import { DiskState, type StoreLogger } from './disk-state.ts';
import { type Answer, type Ask, type FileFacts, monotonic, type QuestionKind } from './messages.ts';
import { PendingWrites } from './pending.ts';
import { DEFAULT_RETENTION, type Retention } from './retention.ts';
import {
  type Accounts,
  type Change,
  type Page,
  type Snapshot,
  type Store,
  StoreError,
  type StoreHealth,
  type ViolationDays,
} from './store.ts';
import { closedError, DatabaseThread } from './thread.ts';
import { TrailingWriter } from './trailing.ts';
import { Upkeep } from './upkeep.ts';

export interface StoreOptions {
  readonly path: string;
  readonly logger: StoreLogger;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly retention?: Retention;
  /** How long a request may take, in milliseconds; 5000. */
  readonly deadline?: number;
  /** The most trailing writes that wait while the disk refuses; 50,000. */
  readonly maxPending?: number;
  /** Milliseconds between two rounds of pruning; a minute. */
  readonly pruneEvery?: number;
  /** What the database's thread runs; tests have one that fails. */
  readonly script?: URL;
}

const OPENING_DEADLINE = 120_000;
const CLOSING_DEADLINE = 2000;
/** The part of it that ending the thread may take. */
const ENDING_DEADLINE = 400;
/** What a read gets where writing what was pending took all its time, in milliseconds. */
const SHORTEST = 100;
const HEALTH_DEADLINE = 1000;

/**
 * Opens the database, makes it where there is none, replaces it where it is damaged; ready for requests at return.
 * @throws StoreError 'unusable' or 'newer-schema'; nothing runs on then
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = new ThreadedStore(options);
  await store.open();
  return store;
}

class ThreadedStore implements Store {
  readonly #options: StoreOptions;
  readonly #deadline: number;
  readonly #thread: DatabaseThread;
  readonly #pending: PendingWrites;
  readonly #trailing: TrailingWriter;
  readonly #upkeep: Upkeep;
  readonly #disk: DiskState;
  #facts: FileFacts = { schema: 0, bytes: 0, freeBytes: 0 };
  #closing: Promise<void> | undefined;

  constructor(options: StoreOptions) {
    const now = options.now ?? Date.now;
    this.#options = options;
    this.#disk = new DiskState(options.logger);
    this.#deadline = options.deadline ?? 5000;
    this.#thread = new DatabaseThread({
      path: options.path,
      now,
      deadline: this.#deadline,
      openingDeadline: OPENING_DEADLINE,
      ...(options.script === undefined ? {} : { script: options.script }),
      onDown: (error) => this.#failed(error),
      onUp: () => void this.#trailing.drain(),
    });
    this.#pending = new PendingWrites(options.maxPending ?? 50_000);
    this.#trailing = new TrailingWriter({
      pending: this.#pending,
      send: (batch) => this.#thread.ask('batch', batch),
      onWritten: () => this.#disk.written(),
      onFailed: (error) => this.#failed(error),
      onRefused: (count, why) => this.#disk.rowsRefused(count, why),
    });
    this.#upkeep = new Upkeep({
      retention: options.retention ?? DEFAULT_RETENTION,
      now,
      prune: (step) => this.#write('prune', step),
      ...(options.pruneEvery === undefined ? {} : { every: options.pruneEvery }),
    });
  }

  async open(): Promise<void> {
    try {
      await this.#thread.open();
      this.#facts = await this.#thread.ask('facts', undefined);
    } catch (error) {
      await this.#thread.end();
      throw error;
    }
    this.#upkeep.start();
  }

  load(): Promise<Snapshot> {
    return this.#read('load', undefined);
  }

  accounts(): Promise<Accounts> {
    return this.#read('accounts', undefined);
  }

  async commit(change: Change): Promise<void> {
    const invalid = await this.#write('commit', change);
    if (invalid !== undefined) throw invalidError(invalid);
    this.#disk.written();
  }

  get backlog(): number {
    return this.#trailing.size;
  }

  async recovered(): Promise<void> {
    await this.#write('recovered', undefined);
    this.#disk.written();
  }

  putViolation(violation: Violation): void {
    this.#put(() => this.#pending.putViolation(violation));
  }

  addSighting(sighting: Sighting): void {
    this.#put(() => this.#pending.addSighting(sighting));
  }

  putCall(call: CallRecord): void {
    this.#put(() => this.#pending.putCall(call));
  }

  putDelivery(delivery: Delivery): void {
    this.#put(() => this.#pending.putDelivery(delivery));
  }

  putContact(contact: Contact): void {
    this.#put(() => this.#pending.putContact(contact));
  }

  deleteContact(id: string): void {
    this.#put(() => this.#pending.deleteContact(id));
  }

  keepContact(id: string, stored: string): void {
    this.#put(() => this.#pending.keepContact(id, stored));
  }

  addReaction(reaction: Reaction): void {
    this.#put(() => this.#pending.addReaction(reaction));
  }

  putExtensions(extensions: ReadonlyMap<string, string | undefined>): void {
    this.#put(() => this.#pending.putExtensions(extensions));
  }

  violations(filter: Ask<'violations'>): Promise<Violation[]> {
    return this.#read('violations', paged(filter));
  }

  sightings(filter: Ask<'sightings'>): Promise<Sighting[]> {
    return this.#read('sightings', paged(filter));
  }

  lastSightings(page: Ask<'lastSightings'>): Promise<Sighting[]> {
    return this.#read('lastSightings', paged(page));
  }

  contactsSince(page: Ask<'contactsSince'>): ReturnType<Store['contactsSince']> {
    return this.#read('contactsSince', paged(page));
  }

  async violationDays(days: Ask<'violationDays'>): Promise<ViolationDays> {
    const { extensions, counts } = await this.#read('violationDays', days);
    if (counts.length === 0) return new Map();
    const daysOf = (index: number) => [...counts.subarray(index * days.length, (index + 1) * days.length)];
    return new Map(extensions.split('\n').map((extension, index) => [extension, daysOf(index)]));
  }

  calls(filter: Ask<'calls'>): Promise<CallRecord[]> {
    return this.#read('calls', paged(filter));
  }

  reactions(filter: Ask<'reactions'>): Promise<Reaction[]> {
    return this.#read('reactions', paged(filter));
  }

  reactionsOf(violations: Ask<'reactionsOf'>): Promise<Reaction[]> {
    return this.#read('reactionsOf', violations);
  }

  audit(filter: Ask<'audit'>): ReturnType<Store['audit']> {
    return this.#read('audit', paged(filter));
  }

  deliveries(filter: Ask<'deliveries'>): Promise<Delivery[]> {
    return this.#read('deliveries', paged(filter));
  }

  async health(): Promise<StoreHealth> {
    let silent: string | undefined;
    try {
      this.#facts = await this.#thread.ask('facts', undefined, HEALTH_DEADLINE);
    } catch (error) {
      // What was known last is better than nothing; the failure says that it may be old.
      silent = messageOf(error);
    }
    return {
      path: this.#options.path,
      ...this.#facts,
      pending: this.#trailing.size,
      dropped: this.#pending.dropped + this.#disk.refused,
      failure: this.#disk.failure ?? silent,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#upkeep.stop();
    await within(CLOSING_DEADLINE - ENDING_DEADLINE, this.#finish());
    this.#trailing.stop();
    this.#disk.closed(this.#trailing.size);
    await within(ENDING_DEADLINE, this.#thread.end());
  }

  async #finish(): Promise<void> {
    try {
      await this.#trailing.drain();
      await this.#thread.close();
    } catch {
      // The thread is down or too slow; what is not written is counted and logged by the caller.
    }
  }

  #put(put: () => void): void {
    if (this.#closing !== undefined) return;
    const before = this.#pending.dropped;
    put();
    if (this.#pending.dropped > before) this.#disk.dropped();
    this.#trailing.wake();
  }

  /** What was put before is written first; where the disk refuses that, the answer is what the disk has. */
  async #read<K extends QuestionKind>(kind: K, ask: Ask<K>): Promise<Answer<K>> {
    this.#refuseWhenClosing();
    const from = monotonic();
    await this.#trailing.drain();
    return this.#thread.ask(kind, ask, Math.max(SHORTEST, this.#deadline - (monotonic() - from)));
  }

  async #write<K extends QuestionKind>(kind: K, ask: Ask<K>): Promise<Answer<K>> {
    this.#refuseWhenClosing();
    try {
      return await this.#thread.ask(kind, ask);
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  #refuseWhenClosing(): void {
    if (this.#closing !== undefined) throw closedError();
  }

  #failed(error: unknown): void {
    if (this.#closing === undefined) this.#disk.failed(error);
  }
}

function paged<T extends Page>(filter: T): T {
  return { ...filter, limit: Math.min(1000, Math.max(1, Math.trunc(filter.limit))) };
}

function invalidError(why: string): StoreError {
  return new StoreError('failed', `The change cannot be stored: ${why}`, 'Nothing was changed; correct it.');
}

/** Resolves with `work`, or after `limit` milliseconds without it. */
async function within(limit: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
