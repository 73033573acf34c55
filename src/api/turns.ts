/**
 * Lets requests begin one at a time, each in a turn of its own, with whatever calls ask in between: a hundred that come
 * together, each with some milliseconds of work, keep a call waiting for one of them and not for all.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];

  /** @param begin is called soon, after those who came before */
  take(begin: () => void): void {
    this.#waiting.push(begin);
    if (this.#waiting.length === 1) setImmediate(this.#next);
  }

  readonly #next = (): void => {
    try {
      this.#waiting[0]?.();
    } finally {
      this.#waiting.shift();
      if (this.#waiting.length > 0) setImmediate(this.#next);
    }
  };
}
