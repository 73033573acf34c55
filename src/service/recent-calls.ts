/** Remembers the latest calls, so that one call that passes the gate twice is recorded once. Bounded. */

const MAX_CALLS = 10_000;

export class RecentCalls {
  readonly #keys = new Set<string>();

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** True the first time a key is asked for. */
  isFirst(key: string): boolean {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    if (this.#keys.size > MAX_CALLS) {
      for (const oldest of this.#keys) {
        this.#keys.delete(oldest);
        break;
      }
    }
    return true;
  }
}
