/** Asks the database, minute by minute, to prune what is past its bound: a small step, a breath, the next step. */
import type { BoundedTable, PruneStep } from './messages.ts';
import type { Retention } from './retention.ts';

const ROUND = 60_000;
const BREATH = 20;
/** From so many rows above the bound a flood is on, and there is no breath between the steps. */
const FLOOD = 10_000;
const DAY = 86_400_000;
const TABLES: readonly BoundedTable[] = ['violations', 'sightings', 'calls', 'audit', 'deliveries'];

export interface UpkeepOptions {
  readonly retention: Retention;
  readonly now: () => number;
  /** Resolves to how many rows are still to go. */
  readonly prune: (step: PruneStep) => Promise<number>;
  /** Milliseconds between two rounds. */
  readonly every?: number;
}

export class Upkeep {
  readonly #options: UpkeepOptions;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  start(): void {
    this.#later(this.#options.every ?? ROUND, () => this.#step(0));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #step(index: number): void {
    const table = TABLES[index];
    if (table === undefined) {
      this.start();
      return;
    }
    const { retention, now, prune } = this.#options;
    const { days, maxRows } = retention[table];
    prune({ table, before: now() - days * DAY, maxRows }).then(
      (left) => this.#later(left > FLOOD ? 0 : BREATH, () => this.#step(left > 0 ? index : index + 1)),
      // Whoever asked has noted the failure; the next round tries again.
      () => this.start(),
    );
  }

  #later(pause: number, work: () => void): void {
    if (!this.#stopped) this.#timer = setTimeout(work, pause);
  }
}
