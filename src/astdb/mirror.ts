/**
 * Keeps AstDB true. It holds what AstDB is known to have, is told which extensions changed, and writes only the
 * difference, a few entries at a time, violations first. While Asterisk is away it remembers what is dirty; after every
 * connect it reads the family whole, because somebody else may have written there.
 */
import { type Asterisk, AsteriskError } from '../asterisk/port.ts';
import type { Logger } from '../log/logger.ts';
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

export class Mirror {
  readonly #options: MirrorOptions;
  readonly #concurrency: number;
  readonly #written = new Map<string, Map<string, string>>();
  readonly #urgent = new Set<string>();
  readonly #dirty = new Set<string>();
  #inStep = false;
  /** Being written: one extension is never written twice at once, or an older state could undo a newer one. */
  readonly #busy = new Set<string>();
  #generation = 0;
  readonly #idle: (() => void)[] = [];

  constructor(options: MirrorOptions) {
    this.#options = options;
    this.#concurrency = options.concurrency ?? 16;
  }

  /** Extensions whose entries wait to be written. */
  get pending(): number {
    return this.#urgent.size + this.#dirty.size + this.#busy.size;
  }

  /** AstDB was read since the last connect and nothing waits. */
  get inStep(): boolean {
    return this.#inStep && this.pending === 0;
  }

  /** Reads what AstDB has, then brings it in step with memory. Rejects where it cannot be read. */
  async start(): Promise<void> {
    const generation = ++this.#generation;
    const tree = await this.#options.asterisk.databaseTree(FAMILY);
    if (generation !== this.#generation) return;
    this.#written.clear();
    for (const [key, value] of tree) {
      if (key.startsWith('JOURNAL/')) continue;
      this.#of(extensionOfKey(key) ?? SYSTEM).set(key, value);
    }
    this.#inStep = true;
    for (const extension of this.#written.keys()) this.#dirty.add(extension);
    for (const extension of this.#options.extensions()) this.#dirty.add(extension);
    this.#dirty.add(SYSTEM);
    this.#pump();
  }

  /** The connection is gone: what is dirty stays so until the next start. */
  stop(): void {
    this.#generation++;
    this.#inStep = false;
  }

  /** This extension's entries may have changed. `urgent` goes before all others: a violation. */
  touch(extension: string, urgent = false): void {
    (urgent ? this.#urgent : this.#dirty).add(extension);
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

  #pump(): void {
    while (this.#inStep && this.#busy.size < this.#concurrency) {
      const extension = this.#take();
      if (extension === undefined) break;
      this.#busy.add(extension);
      void this.#write(extension).finally(() => {
        this.#busy.delete(extension);
        this.#pump();
      });
    }
    if (this.inStep) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #take(): string | undefined {
    for (const set of [this.#urgent, this.#dirty]) {
      for (const extension of set) {
        if (this.#busy.has(extension)) continue;
        this.#urgent.delete(extension);
        this.#dirty.delete(extension);
        return extension;
      }
    }
    return undefined;
  }

  async #write(extension: string): Promise<void> {
    const generation = this.#generation;
    const { asterisk, entriesOf, logger } = this.#options;
    const wanted = entriesOf(extension === SYSTEM ? undefined : extension);
    const written = this.#of(extension);
    try {
      for (const [key, value] of wanted) {
        if (written.get(key) === value) continue;
        await asterisk.databasePut(FAMILY, key, value);
        written.set(key, value);
      }
      for (const key of [...written.keys()]) {
        if (wanted.has(key)) continue;
        await asterisk.databaseDelete(FAMILY, key);
        written.delete(key);
      }
      if (written.size === 0 && this.#written.get(extension) === written) this.#written.delete(extension);
    } catch (error) {
      if (generation !== this.#generation) return void this.#dirty.add(extension);
      if (error instanceof AsteriskError && error.fault === 'malformed') {
        logger.error({ err: error, extension }, 'an entry for AstDB cannot be sent and is left out');
        return;
      }
      this.#dirty.add(extension);
      this.#inStep = false;
      logger.warn({ err: error, extension }, 'AstDB could not be written; it is read anew and tried again');
      setTimeout(() => void this.#restart(generation), 1000).unref();
    }
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
