/**
 * Limits wrong codes: for one extension from one address, for one extension from all, and over all extensions. A try is
 * charged before the code is looked at, so that many at once get no more than one after the other. Kept in memory, on a
 * clock that nobody sets.
 *
 * A stranger must not lock the owner out: whoever guesses is locked out at their own address, for minutes. Only one who
 * guesses from many addresses uses up the extension's hour, and a new code from the operator begins that anew.
 */

export interface TryLimits {
  /** Wrong codes from one address until it is locked out. */
  readonly tries: number;
  /** For how long, in milliseconds. */
  readonly lockOutMs: number;
}

interface Try {
  readonly address: string;
  readonly at: number;
}

const HOUR_MS = 3_600_000;
/** In an hour: an extension has so many times the tries of an address, and all together so many times those of one. */
const ADDRESSES = 10;
const EXTENSIONS = 10;

export class TryLimit {
  readonly #limits: TryLimits;
  readonly #clock: () => number;
  /** The oldest first. Only tries that were let through are in here, so it cannot grow beyond the limit over all. */
  #tries: (Try & { readonly extension: string })[] = [];

  /** @param clock monotonic milliseconds */
  constructor(limits: TryLimits, clock: () => number) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Charges one try. @returns what gives it back where the code was right; undefined where the limit is reached */
  take(extension: string, address: string): (() => void) | undefined {
    const { tries, lockOutMs } = this.#limits;
    const now = this.#clock();
    const window = Math.max(HOUR_MS, lockOutMs);
    this.#tries = this.#tries.filter(({ at }) => now - at < window);
    const lately = this.#tries.filter(({ at }) => now - at < HOUR_MS);
    const here = lately.filter((one) => one.extension === extension);
    const same = this.#tries.filter(
      (one) => one.extension === extension && one.address === address && now - one.at < lockOutMs,
    );
    const isOver =
      same.length >= tries ||
      here.length >= tries * ADDRESSES ||
      lately.length >= tries * ADDRESSES * EXTENSIONS;
    if (isOver) return undefined;
    const taken = { extension, address, at: now };
    this.#tries.push(taken);
    return () => {
      this.#tries = this.#tries.filter((one) => one !== taken);
    };
  }

  /** Wrong codes at an extension in the last hour. */
  count(extension: string): number {
    const now = this.#clock();
    return this.#tries.filter((one) => one.extension === extension && now - one.at < HOUR_MS).length;
  }

  /** The operator issued a new code: what was tried before does not count against its owner. */
  forget(extension: string): void {
    this.#tries = this.#tries.filter((one) => one.extension !== extension);
  }
}
