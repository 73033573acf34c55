/**
 * Ends open violations because an operator says so, and makes sure of the disk: violations trail to it, and a clear that
 * a restart would undo must not be acknowledged.
 */
import { Fault } from '../domain/fault.ts';
import type { Store } from '../store/store.ts';

export interface ClearingOptions {
  readonly store: Pick<Store, 'violations'>;
  /** Ends them in memory; returns how many there were. */
  readonly clear: (extension: string) => number;
  readonly now: () => number;
}

export class Clearing {
  readonly #options: ClearingOptions;

  constructor(options: ClearingOptions) {
    this.#options = options;
  }

  /** Returns how many there were, once that is on disk; rejects with a {@link Fault} where it is not. */
  async clear(extension: string): Promise<number> {
    const { clear, now } = this.#options;
    const at = now();
    const cleared = clear(extension);
    await this.#expectCleared(extension, at);
    return cleared;
  }

  /** The same for many: what is cleared in one go is written in one go, and one of them tells for all. */
  async clearAll(extensions: readonly string[]): Promise<void> {
    const { clear, now } = this.#options;
    const at = now();
    const last = extensions.filter((extension) => clear(extension) > 0).at(-1);
    if (last !== undefined) await this.#expectCleared(last, at);
  }

  /** A read writes first what is to be written, and shows what the disk has where it refuses. */
  async #expectCleared(extension: string, at: number): Promise<void> {
    let cause: unknown;
    try {
      const open = await this.#options.store.violations({ extension, open: true, limit: 1000 });
      if (open.every(({ lastSeen }) => lastSeen >= at)) return;
    } catch (error) {
      cause = error;
    }
    throw new Fault(
      'storage',
      'The violations are cleared, but that is not on disk: a restart would open them again.',
      'See: device-lock doctor',
      { cause },
    );
  }
}
