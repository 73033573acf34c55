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

  /** Whether one more line may be written. */
  take(subject: string, now: number): boolean {
    if (this.#isOver(now) || this.#counts.size >= MAX_SUBJECTS) this.#begin(now);
    const count = (this.#counts.get(subject) ?? 0) + 1;
    this.#counts.set(subject, count);
    return count <= this.#lines;
  }

  /** Once a window is over: the subjects that had too many lines in it, and how many were left out. */
  leftOut(now: number): [subject: string, lines: number][] {
    if (!this.#isOver(now)) return [];
    const over = [...this.#counts].filter(([, count]) => count > this.#lines);
    this.#begin(now);
    return over.map(([subject, count]) => [subject, count - this.#lines]);
  }

  /** Also where the clock was set back. */
  #isOver(now: number): boolean {
    return now < this.#since || now - this.#since >= this.#windowMs;
  }

  #begin(now: number): void {
    this.#counts.clear();
    this.#since = now;
  }
}
