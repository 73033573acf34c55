/**
 * Who may try to sign in now. Tries are counted by address and by name; from an address where a user has signed in before,
 * that user's tries are counted apart, so that nobody elsewhere keeps the user out by guessing.
 */
import { Attempts, type Pace } from './attempts.ts';

/** Behind one address there may be several people; one name is one. */
const OF_ADDRESS: Pace = { most: 20, every: 15_000 };
const OF_NAME: Pace = { most: 10, every: 30_000 };
const MOST_KNOWN = 1000;

export class SignInLimits {
  readonly #addresses: Attempts;
  readonly #names: Attempts;
  /** Names with an address from which they signed in; the latest last. */
  readonly #known = new Set<string>();

  /** @param now milliseconds on a steady clock */
  constructor(now: () => number) {
    this.#addresses = new Attempts(OF_ADDRESS, now);
    this.#names = new Attempts(OF_NAME, now);
  }

  /** Takes one try. @returns milliseconds to wait; 0 where this one may go on */
  take(name: string, address: string): number {
    const wait = this.#addresses.take(address);
    return wait > 0 ? wait : this.#names.take(this.#subject(name, address));
  }

  /** The try was a good one: it does not count. */
  succeeded(name: string, address: string): void {
    this.#addresses.giveBack(address);
    this.#names.giveBack(this.#subject(name, address));
    const pair = pairOf(name, address);
    this.#known.delete(pair);
    this.#known.add(pair);
    if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.values().next().value ?? '');
  }

  #subject(name: string, address: string): string {
    const pair = pairOf(name, address);
    return this.#known.has(pair) ? pair : name;
  }
}

/** No address holds a line end: no name is taken for a pair. */
function pairOf(name: string, address: string): string {
  return `${address}\n${name}`;
}
