/**
 * How often a fight over an extension may be answered: a thief that registers again and again is removed again and again,
 * but never so often that the PBX feels it. A bucket for each extension and one for all; who finds it empty waits, longer
 * each time. It holds no clock.
 */

export interface FightLimits {
  /** Answers at once, after a quiet time. */
  readonly burst: number;
  /** Answers a second after that. */
  readonly perSecond: number;
}

export const OF_ONE: FightLimits = { burst: 40, perSecond: 20 };
export const OF_ALL: FightLimits = { burst: 200, perSecond: 100 };

const SHORTEST_WAIT = 50;
const LONGEST_WAIT = 2000;
const MAX_EXTENSIONS = 10_000;

export class FightRate {
  readonly #ofOne: FightLimits;
  readonly #all: Bucket;
  readonly #buckets = new Map<string, { readonly bucket: Bucket; wait: number }>();

  constructor(ofOne: FightLimits = OF_ONE, ofAll: FightLimits = OF_ALL) {
    this.#ofOne = ofOne;
    this.#all = new Bucket(ofAll);
  }

  /** 0: answer now, and it counts. Otherwise the milliseconds to wait before asking again. @param now milliseconds */
  take(extension: string, now: number): number {
    const own = this.#of(extension);
    if (own.bucket.has(now) && this.#all.has(now)) {
      if (own.bucket.isHalfFull) own.wait = SHORTEST_WAIT;
      own.bucket.take();
      this.#all.take();
      return 0;
    }
    const { wait } = own;
    own.wait = Math.min(2 * wait, LONGEST_WAIT);
    return wait;
  }

  #of(extension: string): { readonly bucket: Bucket; wait: number } {
    let own = this.#buckets.get(extension);
    if (own === undefined) {
      // All begin anew: the bucket for all still bounds what comes of it.
      if (this.#buckets.size >= MAX_EXTENSIONS) this.#buckets.clear();
      own = { bucket: new Bucket(this.#ofOne), wait: SHORTEST_WAIT };
      this.#buckets.set(extension, own);
    }
    return own;
  }
}

class Bucket {
  readonly #limits: FightLimits;
  #tokens: number;
  #at: number | undefined;

  constructor(limits: FightLimits) {
    this.#limits = limits;
    this.#tokens = limits.burst;
  }

  get isHalfFull(): boolean {
    return this.#tokens >= this.#limits.burst / 2;
  }

  has(now: number): boolean {
    // A clock that was set back fills nothing.
    const passed = Math.max(0, now - (this.#at ?? now));
    this.#tokens = Math.min(this.#limits.burst, this.#tokens + (passed / 1000) * this.#limits.perSecond);
    this.#at = now;
    return this.#tokens >= 1;
  }

  take(): void {
    this.#tokens -= 1;
  }
}
