/**
 * How long something takes, in a fixed amount of memory whatever the count. Follows the recent past: at 65,536 values
 * every count is halved. Knows no clock.
 */

/** Eight steps an octave: a percentile is at most 9 % too high. */
const STEPS = 8;
/** 2^26 µs, more than a minute; whatever is longer counts as that. */
const OCTAVES = 26;
const MOST = 65_536;

export class Histogram {
  readonly #counts = new Uint32Array(STEPS * OCTAVES + 1);
  #total = 0;

  /** @param value microseconds; below 1 counts as 1 */
  record(value: number): void {
    const step = value > 1 ? Math.ceil(Math.log2(value) * STEPS) : 0;
    const index = Math.min(step, STEPS * OCTAVES);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    if (++this.#total >= MOST) this.#halve();
  }

  /**
   * The value that this share of all values does not exceed.
   * @param share 0 to 1
   * @returns microseconds; 0 where nothing was recorded
   */
  percentile(share: number): number {
    if (this.#total === 0) return 0;
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (count > 0 && seen >= share * this.#total) return Math.round(2 ** (index / STEPS));
    }
    return Math.round(2 ** OCTAVES);
  }

  #halve(): void {
    this.#total = 0;
    for (const [index, count] of this.#counts.entries()) {
      const half = count >> 1;
      this.#counts[index] = half;
      this.#total += half;
    }
  }
}
