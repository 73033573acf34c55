/** Timers that run only when the test says so, and remember what they were asked for. */
import type { Timers } from '../../../../src/asterisk/ami/timers.ts';

export class ManualTimers implements Timers {
  /** What {@link random} gives. */
  chance = 0.5;
  #now = 0;
  readonly #waiting = new Set<{ at: number; run: () => void }>();

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.#now + ms, run };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.chance;
  }

  /** Milliseconds from now of everything that waits, soonest first. */
  get pending(): number[] {
    return [...this.#waiting].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  /** Lets time pass and runs what is due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#waiting.delete(due);
      this.#now = due.at;
      due.run();
    }
    this.#now = end;
  }
}
