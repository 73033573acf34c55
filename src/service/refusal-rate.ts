/**
 * A spoken refusal holds a channel for five seconds: who is refused again and again gets the plain one. Counts per
 * extension in fixed windows; bounded.
 */

/** Spoken refusals an extension gets in one window. */
const SPOKEN = 3;
const WINDOW_MS = 60_000;
const MAX_EXTENSIONS = 10_000;

export class RefusalRate {
  readonly #windows = new Map<string, { readonly since: number; count: number }>();

  /** Counts one refusal; true where it is one too many to be spoken. */
  isRepeated(extension: string, now: number): boolean {
    let window = this.#windows.get(extension);
    if (window === undefined || now < window.since || now - window.since >= WINDOW_MS) {
      if (this.#windows.size >= MAX_EXTENSIONS) this.#windows.clear();
      window = { since: now, count: 0 };
      this.#windows.set(extension, window);
    }
    return ++window.count > SPOKEN;
  }
}
