/** What was seen of an extension: every User-Agent, from every IP, by REGISTER and by INVITE, counted. */
import type { SourceAddress } from './address.ts';
import type { UserAgent } from './user-agent.ts';
import type { SeenBy } from './violation.ts';

/** Keyed by extension, User-Agent, source IP and `by`; the rest is what is known of the latest one. */
export interface Sighting {
  readonly extension: string;
  readonly userAgent: UserAgent;
  readonly address: SourceAddress | undefined;
  readonly by: SeenBy;
  readonly matched: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly count: number;
}

/** What was seen now, this once. `at`: milliseconds since the epoch. */
export function seenOnce(seen: Omit<Sighting, 'firstSeen' | 'lastSeen' | 'count'>, at: number): Sighting {
  return { ...seen, firstSeen: at, lastSeen: at, count: 1 };
}
