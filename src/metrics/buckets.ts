/** How long something took, as a histogram of Prometheus: counts that only grow, in fixed buckets. */
import type { Family } from './exposition.ts';

/** Upper bounds in seconds: an answer of the gate takes some hundred microseconds, and Asterisk waits 0.3 s. */
export const ANSWER_BOUNDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1,
] as const;

export class Buckets {
  readonly #bounds: readonly number[];
  /** One more than bounds: what is above all of them. */
  readonly #counts: number[];
  #sum = 0;

  /** @param bounds ascending, in seconds */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** @param seconds 0 or more */
  record(seconds: number): void {
    let index = 0;
    while (index < this.#bounds.length && seconds > (this.#bounds[index] ?? 0)) index++;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += seconds;
  }

  family(name: string, help: string): Family {
    let total = 0;
    const buckets = this.#counts.map((count, index) => {
      total += count;
      return { suffix: '_bucket', labels: { le: String(this.#bounds[index] ?? '+Inf') }, value: total };
    });
    const ends = [
      { suffix: '_sum', value: this.#sum },
      { suffix: '_count', value: total },
    ];
    return { name, help, type: 'histogram', samples: [...buckets, ...ends] };
  }
}
