/** A call worth remembering: refused, would have been refused (monitor), or an emergency. Ordinary calls are not kept. */
import type { SourceAddress } from './address.ts';
import type { UserAgent } from './user-agent.ts';

export type CallOutcome =
  /** The gate denied it. */
  | 'refused'
  /** Would have been denied, but the mode was `monitor`. */
  | 'monitored'
  /** The dialplan denied it while no answer came from the service. */
  | 'refused-unanswered'
  /** An emergency call: passed before anybody was asked. */
  | 'emergency';

export interface CallRecord {
  /** Asterisk's linkedid (or uniqueid): one call that passes the gate twice is one record. */
  readonly linkedId: string;
  readonly extension: string;
  /** Digits, `*`, `#`, `+` only; at most 64 characters. */
  readonly dialled: string;
  readonly userAgent: UserAgent | undefined;
  readonly address: SourceAddress | undefined;
  /** A {@link DenyReason}, or what the dialplan wrote (`flagged`, `unavailable`, `emergency`). */
  readonly reason: string;
  readonly outcome: CallOutcome;
  readonly violation: number | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
