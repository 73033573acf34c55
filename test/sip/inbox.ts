/** Things that arrive, for whoever waits for the next one. Bounded: of too many that nobody took, the oldest go. */
import { SipError } from './error.ts';

const MAX_WAITING_ITEMS = 32;

interface Waiter<Item> {
  readonly take: (item: Item) => void;
  readonly fail: (error: SipError) => void;
}

export class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #waiters = new Set<Waiter<Item>>();
  #closed: SipError | undefined;

  put(item: Item): void {
    const [waiter] = this.#waiters;
    if (waiter !== undefined) {
      // At once: the next item of the same segment is for the next who waits.
      this.#waiters.delete(waiter);
      waiter.take(item);
      return;
    }
    this.#items.push(item);
    if (this.#items.length > MAX_WAITING_ITEMS) this.#items.shift();
  }

  /** The oldest that nobody took, or the next. Rejects with `timeout` after `deadlineMs`, and with `closed`. */
  async next(deadlineMs: number): Promise<Item> {
    const [item] = this.#items.splice(0, 1);
    if (item !== undefined) return item;
    if (this.#closed !== undefined) throw this.#closed;
    const { promise, resolve, reject } = Promise.withResolvers<Item>();
    const waiter = { take: resolve, fail: reject };
    this.#waiters.add(waiter);
    const deadline = setTimeout(
      () => reject(new SipError('timeout', `nothing came within ${deadlineMs} ms`)),
      deadlineMs,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
      this.#waiters.delete(waiter);
    }
  }

  close(why: string): void {
    this.#closed ??= new SipError('closed', why);
    for (const { fail } of this.#waiters) fail(this.#closed);
  }
}
