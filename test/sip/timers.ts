/** The timers of RFC 3261, table 4, in milliseconds. A stream repeats nothing: it is reliable itself. */

/** The estimate of a round trip: the first repeat comes after it. */
export const T1 = 500;
/** The longest pause between repeats of anything but an INVITE request. */
export const T2 = 4000;
/** How long a transaction repeats before it gives up. */
export const GIVE_UP = 64 * T1;

/**
 * Repeats with a doubling pause, from {@link T1}, until stopped or for {@link GIVE_UP}.
 * @param maxPause the longest pause
 */
export class Repeater {
  #timer: NodeJS.Timeout | undefined;
  readonly #repeat: () => void;
  readonly #maxPause: number;

  constructor(repeat: () => void, maxPause: number) {
    this.#repeat = repeat;
    this.#maxPause = maxPause;
    this.#wait(T1, 0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(pause: number, waited: number): void {
    if (waited + pause > GIVE_UP) return;
    this.#timer = setTimeout(() => {
      this.#repeat();
      // The repeat itself may have been what stopped it.
      if (this.#timer !== undefined) this.#wait(Math.min(pause * 2, this.#maxPause), waited + pause);
    }, pause);
  }
}
