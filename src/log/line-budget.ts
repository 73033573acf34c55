/** How many lines about one subject the log takes in one window, so that an attack cannot fill the disk. Bounded. */

const MAX_SUBJECTS = 10_000;

export class LineBudget {
  readonly #lines: number;
  readonly #windowMs: number;
  readonly #counts = new Map<string, number>();
  #since = 0;

  /** @param lines the most for each subject in `windowMs` milliseconds */
  constructor(lines: number, windowMs: number) {
    this.#lines = lines;
    this.#windowMs = windowMs;
  }

  /** Whether one more line may be written; `leftOut` is told of each subject that had too many, when a window ends. */
  take(subject: string, now: number, leftOut?: (subject: string, lines: number) => void): boolean {
    if (now - this.#since >= this.#windowMs || this.#counts.size >= MAX_SUBJECTS) {
      for (const [one, count] of this.#counts) if (count > this.#lines) leftOut?.(one, count - this.#lines);
      this.#counts.clear();
      this.#since = now;
    }
    const count = (this.#counts.get(subject) ?? 0) + 1;
    this.#counts.set(subject, count);
    return count <= this.#lines;
  }
}
