/** What the AMI client can be told, and what it does where it is told nothing. */
import type { Logger } from '../../log/logger.ts';
import { BACKOFF_LIMITS, type BackoffLimits } from './backoff.ts';
import type { ConnectionTiming } from './connection.ts';
import type { AmiCredentials } from './login.ts';
import type { AmiEndpoint } from './socket.ts';
import type { Timers } from './timers.ts';

export interface AmiClientOptions {
  readonly endpoint: AmiEndpoint;
  readonly credentials: AmiCredentials;
  readonly logger: Logger;
  readonly timing?: Partial<AmiTiming> | undefined;
  readonly timers?: Timers | undefined;
}

/** All in milliseconds. */
export interface AmiTiming extends ConnectionTiming {
  /** Until the socket is open, the TLS handshake included. */
  readonly connect: number;
  /** For each action of the login. */
  readonly login: number;
  /** For Asterisk to say it has booted; after that it is taken to have. */
  readonly boot: number;
  /** For an action that answers with one message. */
  readonly action: number;
  /** For an action that answers with a list. */
  readonly list: number;
  /** A connection that held so long makes the next first attempt come soon again. */
  readonly stable: number;
  readonly backoff: BackoffLimits;
}

export const AMI_TIMING: AmiTiming = {
  connect: 5000,
  banner: 5000,
  login: 5000,
  boot: 30_000,
  action: 2000,
  list: 30_000,
  pingEvery: 10_000,
  pingDeadline: 5000,
  logoff: 500,
  stable: 10_000,
  backoff: BACKOFF_LIMITS,
};
