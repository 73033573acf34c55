/** A sighting that does not match the lock in force, and what became of it. Belongs to a contact or a call. */
import type { SourceAddress } from './address.ts';
import type { Mode } from './lock.ts';
import type { UserAgent } from './user-agent.ts';
import type { DenyReason } from './verdict.ts';

/** How the wrong device showed itself. */
export type SeenBy = 'REGISTER' | 'INVITE';

export type ViolationEnd =
  /** Its contact refreshed with the right User-Agent. */
  | 'matched'
  /** Its contact expired, unregistered or was displaced. */
  | 'contact-gone'
  /** Device Lock removed its contact. */
  | 'evicted'
  /** The lock now in force accepts it, or no lock is. */
  | 'lock-changed'
  /** An operator cleared it. */
  | 'cleared'
  /** No registration held it, and no further call came for a while. */
  | 'quiet'
  /** Too many were open at this extension; the oldest without a contact made room. */
  | 'superseded';

/** One wrong device at one extension: the same User-Agent from the same IP is one violation, however often it comes. */
export interface Violation {
  readonly id: number;
  readonly extension: string;
  readonly userAgent: UserAgent;
  /** Where it was last seen; undefined where no event told. */
  readonly address: SourceAddress | undefined;
  readonly reason: DenyReason;
  readonly by: readonly SeenBy[];
  /** The mode when last seen. */
  readonly mode: Mode;
  /** Milliseconds since the epoch. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** REGISTERs seen (refreshes included) and calls seen. */
  readonly registers: number;
  readonly calls: number;
  /** The number it last dialled: digits, `*`, `#`, `+` only. */
  readonly dialled: string | undefined;
  /** undefined while open. */
  readonly ended: { readonly at: number; readonly how: ViolationEnd } | undefined;
}
