/**
 * Brings trailing writes to disk: a batch every quarter second, at once where many wait, one in flight at a time. A
 * batch that fails is kept and sent again, the same one, until the disk takes it; meanwhile others go on coalescing.
 */
import { randomUUID } from 'node:crypto';
import type { Batch, Questions } from './messages.ts';
import type { PendingWrites } from './pending.ts';

/** Milliseconds from a put to its batch. */
const PAUSE = 250;
/** The longest time between two tries while the disk refuses, in milliseconds. */
const LONGEST_PAUSE = 2000;
/** Handing this many over takes the main thread a millisecond. */
const BATCH = 500;

export interface TrailingOptions {
  readonly pending: PendingWrites;
  readonly send: (batch: Batch) => Promise<Questions['batch']['answer']>;
  readonly onWritten: () => void;
  readonly onFailed: (error: unknown) => void;
  /** The schema refused rows: a fault of ours. */
  readonly onRefused: (count: number, why: string) => void;
}

export class TrailingWriter {
  readonly #options: TrailingOptions;
  readonly #session = randomUUID();
  #sequence = 0;
  #inFlight: Batch | undefined;
  #draining: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pause = PAUSE;
  #stopped = false;

  constructor(options: TrailingOptions) {
    this.#options = options;
  }

  /** How many writes are not on disk. */
  get size(): number {
    return this.#options.pending.size + (this.#inFlight === undefined ? 0 : sizeOf(this.#inFlight));
  }

  /** To be called after each put. */
  wake(): void {
    const healthy = this.#pause === PAUSE;
    if (healthy && !this.#stopped && this.#options.pending.size >= BATCH) void this.drain();
    else this.#schedule();
  }

  /** Writes what waits by now; resolves when it is written or the disk refused. Never rejects. */
  drain(): Promise<void> {
    if (this.#draining !== undefined) {
      // The round under way may have taken its last batch before this was put: one more round has it for certain.
      this.#next ??= this.#draining.then(() => {
        this.#next = undefined;
        return this.drain();
      });
      return this.#next;
    }
    this.#draining = this.#drain().finally(() => {
      this.#draining = undefined;
      if (this.size > 0) this.wake();
    });
    return this.#draining;
  }

  /** No timer remains; what waits stays where it is. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#draining !== undefined || this.#stopped) return;
    this.#timer ??= setTimeout(() => void this.drain(), this.#pause);
  }

  async #drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { pending, send, onWritten, onFailed, onRefused } = this.#options;
    // Bounded, so that a flood that never ends does not hold up whoever waits for this.
    for (let left = Math.ceil(pending.size / BATCH) + 1; left > 0; left--) {
      this.#inFlight ??= pending.take(`${this.#session}/${++this.#sequence}`, BATCH);
      if (this.#inFlight === undefined) return;
      try {
        const { refused, why } = await send(this.#inFlight);
        this.#inFlight = undefined;
        this.#pause = PAUSE;
        onWritten();
        if (why !== undefined) onRefused(refused, why);
      } catch (error) {
        this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
        onFailed(error);
        return;
      }
    }
  }
}

function sizeOf(batch: Batch): number {
  const { violations, calls, deliveries, reactions, contacts, goneContacts, keptContacts, sightings } = batch;
  const lists = [violations, calls, deliveries, reactions, contacts, goneContacts, keptContacts, sightings];
  const rows = lists.reduce((sum, { length }) => sum + length, 0);
  return rows + (batch.extensions === undefined ? 0 : 1);
}
