/**
 * How often something may be tried, a sign-in or a mail: some at once, then one now and then, for each address or name that
 * is asked for. What is remembered is bounded; where it is full, who tried longest ago is forgotten first.
 */
import { isIPv6 } from 'node:net';
import { putLatest } from '../domain/put-latest.ts';
import { groupsOf } from '../network/network.ts';

export interface Pace {
  /** Tries that may come at once. */
  readonly most: number;
  /** Milliseconds until one more may come. */
  readonly every: number;
}

const MOST_SUBJECTS = 5000;

export class Attempts {
  readonly #pace: Pace;
  readonly #now: () => number;
  /** When the subject would have all its tries again; milliseconds on a steady clock. In the order of their last try. */
  readonly #fullAt = new Map<string, number>();

  constructor(pace: Pace, now: () => number) {
    this.#pace = pace;
    this.#now = now;
  }

  /** Takes one try. @returns milliseconds until the next may come; 0 where this one may */
  take(subject: string): number {
    const { most, every } = this.#pace;
    const now = this.#now();
    const fullAt = Math.max(now, this.#fullAt.get(subject) ?? now);
    const wait = fullAt + every - now - most * every;
    if (wait > 0) return wait;
    this.#put(subject, fullAt + every);
    return 0;
  }

  /** The try was a good one and does not count. */
  giveBack(subject: string): void {
    const fullAt = this.#fullAt.get(subject);
    if (fullAt !== undefined) this.#put(subject, fullAt - this.#pace.every);
  }

  #put(subject: string, fullAt: number): void {
    if (fullAt <= this.#now()) this.#fullAt.delete(subject);
    else putLatest(this.#fullAt, subject, fullAt, MOST_SUBJECTS);
  }
}

/** An address as a subject: of IPv6 the network of one customer, who has all of it. */
export function subjectOf(ip: string): string {
  const plain = ip.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  return `${groupsOf(plain.replace(/%.*$/, '')).slice(0, 4).join(':')}::/64`;
}
