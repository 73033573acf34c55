/** What Device Lock did by itself against a wrong device, counted: one line for each kind in one violation. */
import type { SourceAddress } from './address.ts';
import type { UserAgent } from './user-agent.ts';

export type ReactionKind =
  /** Its contact was removed. */
  | 'evicted'
  /** The contact it had displaced was put back. */
  | 'restored'
  /** A call in progress that it held was ended. */
  | 'hung-up';

export interface Reaction {
  readonly extension: string;
  /** The violation's id. */
  readonly violation: number;
  readonly kind: ReactionKind;
  /** The device it was done to: the wrong one, or the one that was put back. */
  readonly userAgent: UserAgent;
  readonly address: SourceAddress | undefined;
  /** Milliseconds since the epoch. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
}
