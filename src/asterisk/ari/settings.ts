/** What the ARI adapter can be told, and what it does where it is told nothing. It holds values only. */
import type { Logger } from '../../log/logger.ts';
import { BACKOFF_LIMITS, type BackoffLimits } from '../ami/backoff.ts';
import type { Timers } from '../ami/timers.ts';

export interface AriAsteriskOptions {
  /** Scheme, host and port of Asterisk's HTTP server: `http://127.0.0.1:8088`. A path is not allowed. */
  readonly url: string;
  /** A user of ari.conf that may write. */
  readonly user: string;
  readonly password: string;
  readonly logger: Logger;
  /** The Stasis application; two services at one Asterisk need two names. `device-lock` where nothing is said. */
  readonly application?: string | undefined;
  /** As for AMI: `auto` asks AstDB for FreePBX's devices, and PJSIP where there is none. */
  readonly extensionSource?: 'auto' | 'astdb' | 'pjsip' | undefined;
  /** Endpoints that are trunks although they log in here. */
  readonly trunks?: readonly string[] | undefined;
  readonly timing?: Partial<AriTiming> | undefined;
  readonly timers?: Timers | undefined;
}

/** All in milliseconds, but for `pollPerSecond`. */
export interface AriTiming {
  /** From the first byte to a subscribed WebSocket. */
  readonly connect: number;
  /** For one request, the wait for its turn included. */
  readonly call: number;
  /** Between two pings of the WebSocket. */
  readonly pingEvery: number;
  readonly pingDeadline: number;
  /** Between the starts of two passes over the known contacts. */
  readonly pollEvery: number;
  /** Contacts asked for in a second, so that a pass over many takes longer instead of costing more. */
  readonly pollPerSecond: number;
  /** Between two looks at the list of endpoints. */
  readonly endpointsEvery: number;
  /** A connection that held so long makes the next first attempt come soon again. */
  readonly stable: number;
  readonly backoff: BackoffLimits;
}

export const ARI_TIMING: AriTiming = {
  connect: 15_000,
  call: 5000,
  pingEvery: 10_000,
  pingDeadline: 5000,
  pollEvery: 10_000,
  pollPerSecond: 50,
  endpointsEvery: 30_000,
  stable: 10_000,
  backoff: BACKOFF_LIMITS,
};
