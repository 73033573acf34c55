/** How long to wait before the next attempt to connect: exponential, with full jitter, so that many do not come at once. */
import type { Timers } from './timers.ts';

/** In milliseconds. */
export interface BackoffLimits {
  /** Never sooner than this. */
  readonly least: number;
  /** The first attempt comes within this. */
  readonly first: number;
  /** No attempt waits longer. */
  readonly cap: number;
}

export const BACKOFF_LIMITS: BackoffLimits = { least: 50, first: 250, cap: 10_000 };

/** @param failures attempts that failed since the connection last held, 0 or more */
export function reconnectDelay(failures: number, limits: BackoffLimits, timers: Timers): number {
  const ceiling = Math.min(limits.cap, limits.first * 2 ** Math.min(failures, 30));
  return Math.max(limits.least, Math.floor(timers.random() * ceiling));
}

/** After a refused login: Asterisk logs each one and firewalls count them, so half the cap at the least. */
export function refusedDelay(limits: BackoffLimits, timers: Timers): number {
  return Math.floor(limits.cap * (0.5 + timers.random() / 2));
}
