/**
 * Keeps AstDB true. It holds what AstDB is known to have, is told which extensions changed, and writes only the
 * difference, a few entries at a time, violations first. While Asterisk is away it remembers what is dirty; after every
 * connect it reads the family whole, because somebody else may have written there.
 */
import { type Asterisk, AsteriskError } from '../asterisk/port.ts';
import type { Logger } from '../log/logger.ts';
import { DirtyQueue } from './dirty-queue.ts';
import { extensionOfKey, FAMILY } from './entries.ts';

export interface MirrorOptions {
  readonly asterisk: Pick<Asterisk, 'databasePut' | 'databaseDelete' | 'databaseTree' | 'connected'>;
  readonly logger: Logger;
  /** What AstDB should hold of one extension, or of the system (`undefined`): key → value. */
  readonly entriesOf: (extension: string | undefined) => ReadonlyMap<string, string>;
  readonly extensions: () => Iterable<string>;
  /** Writes under way at once. */
  readonly concurrency?: number;
}

/** Stands for the system's own entries among the dirty extensions. */
const SYSTEM = '';
/** Extensions looked at before calls get their turn. */
const SLICE = 200;
/** Between two tries while AstDB refuses, doubling. Milliseconds. */
const SHORTEST_WAIT = 500;
const LONGEST_WAIT = 60_000;

export class Mirror {
  readonly #options: MirrorOptions;
  readonly #concurrency: number;
  readonly #written = new Map<string, Map<string, string>>();
  readonly #dirty = new DirtyQueue();
  /** Touched while being written, and whether it is urgent. */
  readonly #again = new Map<string, boolean>();
  #pumpSoon: NodeJS.Immediate | undefined;
  #wait = SHORTEST_WAIT;
  #inStep = false;
  /** Being written: one extension is never written twice at once, or an older state could undo a newer one. */
  readonly #busy = new Map<string, Promise<void>>();
  #generation = 0;
  readonly #idle: (() => void)[] = [];

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? 16;
  }

  /** Extensions whose entries wait to be written. */
  get pending(): number {
    return this.#dirty.size + this.#busy.size;
  }

  /** AstDB was read since the last connect; what is not in step is being written. */
  get isStarted(): boolean {
    return this.#inStep;
  }

  /** AstDB was read since the last connect and nothing waits. */
  get inStep(): boolean {
    return this.#inStep && this.pending === 0;
  }

  /** Reads what AstDB has, then brings it in step with memory. Rejects where it cannot be read. */
  async start(): Promise<void> {
    const generation = ++this.#generation;
    // A write still under way could land after the reading; each has the port's deadline.
    await Promise.allSettled(this.#busy.values());
    const tree = await this.#options.asterisk.databaseTree(FAMILY);
    if (generation !== this.#generation) return;
    this.#written.clear();
    for (const [key, value] of tree) {
      if (key.startsWith('JOURNAL/')) continue;
      this.#of(extensionOfKey(key) ?? SYSTEM).set(key, value);
    }
    this.#inStep = true;
    for (const extension of this.#written.keys()) this.#mark(extension, false);
    for (const extension of this.#options.extensions()) this.#mark(extension, false);
    this.#mark(SYSTEM, false);
    this.#pump();
  }

  /** The connection is gone: what is dirty stays so until the next start. */
  stop(): void {
    this.#generation++;
    this.#inStep = false;
  }

  /** This extension's entries may have changed. `urgent` goes before all others: a violation. */
  touch(extension: string, urgent = false): void {
    this.#mark(extension, urgent);
    this.#pump();
  }

  touchSystem(): void {
    this.touch(SYSTEM);
  }

  /** Resolves when nothing waits, or after `deadline` milliseconds with false. */
  settled(deadline: number): Promise<boolean> {
    if (this.inStep) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), deadline);
      timer.unref();
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  #mark(extension: string, urgent: boolean): void {
    if (this.#busy.has(extension)) this.#again.set(extension, urgent || this.#again.get(extension) === true);
    else this.#dirty.add(extension, urgent);
  }

  /** Looks at a slice of what waits, then lets calls have their turn. */
  #pump(): void {
    for (let looked = 0; this.#inStep && this.#busy.size < this.#concurrency; looked++) {
      if (looked === SLICE) {
        this.#pumpSoon ??= setImmediate(() => {
          this.#pumpSoon = undefined;
          this.#pump();
        });
        return;
      }
      const extension = this.#dirty.take();
      if (extension === undefined) break;
      this.#look(extension);
    }
    if (this.inStep) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #look(extension: string): void {
    const wanted = this.#options.entriesOf(extension === SYSTEM ? undefined : extension);
    const written = this.#written.get(extension);
    if (isSame(wanted, written)) return;
    const writing = this.#write(extension, wanted).finally(() => {
      this.#busy.delete(extension);
      const again = this.#again.get(extension);
      this.#again.delete(extension);
      if (again !== undefined) this.#dirty.add(extension, again);
      this.#pump();
    });
    this.#busy.set(extension, writing);
  }

  async #write(extension: string, wanted: ReadonlyMap<string, string>): Promise<void> {
    const generation = this.#generation;
    const { asterisk } = this.#options;
    const written = this.#of(extension);
    try {
      for (const [key, value] of wanted) {
        if (written.get(key) === value) continue;
        await this.#orLeaveOut(key, () => asterisk.databasePut(FAMILY, key, value));
        written.set(key, value);
      }
      for (const key of [...written.keys()]) {
        if (wanted.has(key)) continue;
        await this.#orLeaveOut(key, () => asterisk.databaseDelete(FAMILY, key));
        written.delete(key);
      }
      this.#wait = SHORTEST_WAIT;
      if (written.size === 0 && this.#written.get(extension) === written) this.#written.delete(extension);
    } catch (error) {
      this.#again.set(extension, true);
      if (generation === this.#generation) this.#refused(error, extension);
    }
  }

  /** What cannot be sent must not keep back the entries that can. */
  async #orLeaveOut(key: string, send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      if (!(error instanceof AsteriskError) || error.fault !== 'malformed') throw error;
      this.#options.logger.error({ err: error, key }, 'an entry for AstDB cannot be sent and is left out');
    }
  }

  #refused(error: unknown, extension: string): void {
    this.#inStep = false;
    this.#wait = Math.min(2 * this.#wait, LONGEST_WAIT);
    this.#options.logger.warn(
      { err: error, extension, again: this.#wait },
      'AstDB could not be written; it is read anew and tried again',
    );
    const generation = this.#generation;
    setTimeout(() => void this.#restart(generation), this.#wait).unref();
  }

  async #restart(generation: number): Promise<void> {
    if (generation !== this.#generation || !this.#options.asterisk.connected) return;
    try {
      await this.start();
    } catch {
      const current = this.#generation;
      setTimeout(() => void this.#restart(current), 5000).unref();
    }
  }

  #of(extension: string): Map<string, string> {
    let entries = this.#written.get(extension);
    if (entries === undefined) {
      entries = new Map();
      this.#written.set(extension, entries);
    }
    return entries;
  }
}

function isSame(
  wanted: ReadonlyMap<string, string>,
  written: ReadonlyMap<string, string> | undefined,
): boolean {
  if (wanted.size !== (written?.size ?? 0)) return false;
  for (const [key, value] of wanted) if (written?.get(key) !== value) return false;
  return true;
}
