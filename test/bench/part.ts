/** What every part of the bench is given. */
import type { AsteriskVersion } from '../lab/cache.ts';

export interface PartOptions {
  readonly asterisk: AsteriskVersion;
  /** Fewer rounds and smaller sizes: to see that it works, not to quote. */
  readonly quick: boolean;
  /** Told what is being done, for a person who waits. */
  readonly say: (text: string) => void;
}
