/** Enrolment from the phone: a one-time code of one extension, and the lock that its phone brings about. Pure. */
import type { Alternative, Lock } from './lock.ts';

/**
 * Digits of a code. By the default limits somebody who has the SIP password gets 30 tries an hour, from however many
 * addresses: 5,040 in the longest validity of seven days, against 10^8 codes: 1 in 20,000, and 1 in 140,000 in a day.
 * Each of these tries is announced.
 */
export const CODE_DIGITS = 8;
/** How long a code may be good, in seconds: a minute to seven days; a day where nothing was said. */
export const SHORTEST_VALIDITY = 60;
export const LONGEST_VALIDITY = 7 * 86_400;
export const DEFAULT_VALIDITY = 86_400;

/** What is kept of a code: never the code. */
export interface EnrolmentCode {
  /** Hexadecimal. */
  readonly salt: string;
  /** Hexadecimal; of the code with the salt, by a slow function. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly issued: number;
  readonly expires: number;
  /** Who issued it, as in the audit. */
  readonly by: string;
}

/** What a phone is told. The same for a wrong code and for none issued: who has no code learns nothing. */
export type EnrolmentWord =
  /** The lock has moved to this phone. */
  | 'enrolled'
  | 'wrong'
  /** Too many wrong codes; this one was not looked at. */
  | 'limited'
  /**
   * This phone is not what is registered from its address, names no device that a lock could hold, or is outside the
   * networks.
   */
  | 'unregistered'
  /** It could not be decided or saved; nothing was changed. */
  | 'unavailable';

/**
 * The lock with this phone in place of the one before. What pinned one device gives way: the `device` alternatives, or,
 * where there is none, those that an operator wrote as an exact text. Models, prefixes and patterns stay.
 */
export function lockTo(userAgent: string, was: Lock | undefined): Lock {
  const alternatives = was?.alternatives ?? [];
  const isDevice = (one: Alternative) => one.kind === 'device';
  const isExact = (one: Alternative) => one.kind === 'custom' && one.match === 'exact';
  const givesWay = alternatives.some(isDevice) ? isDevice : isExact;
  return { alternatives: [{ kind: 'device', userAgent }, ...alternatives.filter((one) => !givesWay(one))] };
}
