/**
 * The FastAGI server that Asterisk asks on every call. Listens, limits, counts and stops; each connection is a guarded
 * session of its own. An answer comes from memory and is given at once, or not at all: then the dialplan decides.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { EnrolmentWord } from '../domain/enrolment.ts';
import { type AllowList, allowList, DEFAULT_ALLOW } from './allow.ts';
import type { Answer } from './answer.ts';
import type { EnrolRequest } from './enrol-request.ts';
import { type GateFault, gateFault } from './fault.ts';
import { type GuardHost, type GuardLimits, Session } from './guard.ts';
import { Histogram } from './histogram.ts';
import { listenError } from './listen-error.ts';
import type { GateRequest } from './request.ts';
import { SpeakerPool } from './speaker.ts';

export interface GateLimits extends GuardLimits {
  /** Open at once; one more is closed at accept. */
  readonly connections: number;
  /** Milliseconds that sessions get to end by themselves once the gate closes. */
  readonly closeMs: number;
}

export const DEFAULT_LIMITS: GateLimits = {
  requestMs: 1000,
  sessionMs: 2000,
  bytes: 16_384,
  connections: 512,
  closeMs: 500,
};

export interface GateOptions {
  /** An address of this machine. Default 127.0.0.1: nobody else may ask. */
  readonly host?: string;
  /** Default 4580; 0 takes a free one. */
  readonly port?: number;
  /** Source addresses and networks that may ask; default this machine. Others are closed at accept. */
  readonly allow?: readonly string[];
  /** Synchronous and from memory. Where it throws, the call is left to the dialplan. */
  readonly decide: (request: GateRequest) => Answer;
  /** A phone that dialled a one-time code; where it is not given, the word is `unavailable`. */
  readonly enrol?: (request: EnrolRequest) => Promise<EnrolmentWord>;
  /** Told of everything that went wrong; must not throw. */
  readonly onFault: (fault: GateFault) => void;
  /** Told how many milliseconds each answer took; must not throw. */
  readonly onAnswered?: (tookMs: number) => void;
  readonly limits?: Partial<GateLimits>;
  /** Monotonic milliseconds, with fractions. Default: the process's own. */
  readonly clock?: () => number;
}

export interface GateStats {
  /** Calls' answers written, and those of them that Asterisk has confirmed to have taken. */
  readonly answered: number;
  readonly taken: number;
  readonly faults: number;
  /** The service's own part of an answer, in microseconds: from the bytes that completed the question to the write. */
  readonly p50: number;
  readonly p99: number;
}

export interface Gate {
  /**
   * Resolves with what was bound once calls are answered.
   * @throws {GateListenError} by rejection, where it cannot listen
   */
  listen(): Promise<{ host: string; port: number }>;
  /** Takes no more calls; resolves when every connection is closed, at the latest a little after `closeMs`. */
  close(): Promise<void>;
  /** Open right now. */
  readonly connections: number;
  readonly stats: GateStats;
}

/** FreePBX has a FastAGI server of its own on 4573. */
export const DEFAULT_PORT = 4580;
export const DEFAULT_HOST = '127.0.0.1';

/** Calls that wait in the kernel while the process is busy; a full queue costs a call two seconds. */
const BACKLOG = 1024;
/** Milliseconds between two looks at the deadlines: so late a session may be ended. */
const SWEEP_EVERY = 100;
/** Sessions that answer at the same moment are few; more of them make their own. */
const SPEAKERS_AT_REST = 16;

/** @throws {GateAllowError} where an entry of `allow` is neither an address nor a network */
export function createGate(options: GateOptions): Gate {
  return new FastAgiGate(options);
}

class FastAgiGate implements Gate {
  readonly #options: GateOptions;
  readonly #limits: GateLimits;
  readonly #server: Server;
  readonly #allowed: AllowList;
  readonly #guardHost: GuardHost;
  readonly #sessions = new Set<Session>();
  readonly #histogram = new Histogram();
  #sweeper: NodeJS.Timeout | undefined;
  #onEmpty: (() => void) | undefined;
  #answered = 0;
  #taken = 0;
  #faults = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#allowed = allowList(options.allow ?? DEFAULT_ALLOW);
    this.#guardHost = this.#makeGuardHost();
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#open(socket));
    this.#server.maxConnections = this.#limits.connections;
    this.#server.on('drop', () => this.#onFault(gateFault('too-many-connections')));
  }

  get connections(): number {
    return this.#sessions.size;
  }

  get stats(): GateStats {
    return {
      answered: this.#answered,
      taken: this.#taken,
      faults: this.#faults,
      p50: this.#histogram.percentile(0.5),
      p99: this.#histogram.percentile(0.99),
    };
  }

  listen(): Promise<{ host: string; port: number }> {
    const { host = DEFAULT_HOST, port = DEFAULT_PORT } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<{ host: string; port: number }>();
    const onRefused = (error: Error) => reject(listenError(error, host, port));
    this.#server.once('error', onRefused);
    this.#server.listen({ host, port, backlog: BACKLOG, exclusive: true }, () => {
      this.#server.off('error', onRefused);
      this.#server.on('error', (error) => this.#onFault(gateFault('accept-failed', undefined, error)));
      // Behind a setImmediate: after a stall of this process, what has come meanwhile is read before anybody is late.
      this.#sweeper = setInterval(() => setImmediate(() => this.#sweep()), SWEEP_EVERY);
      const bound = this.#server.address();
      const isKnown = bound !== null && typeof bound === 'object';
      resolve(isKnown ? { host: bound.address, port: bound.port } : { host, port });
    });
    return promise;
  }

  async close(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const timer = setTimeout(() => {
      for (const session of this.#sessions) session.abandon();
    }, this.#limits.closeMs);
    await stopped;
    // The last sessions have their sockets closed, but were not told yet.
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      this.#checkEmpty();
    });
    clearTimeout(timer);
    clearInterval(this.#sweeper);
  }

  #open(socket: Socket): void {
    if (!this.#allowed.allows(socket.remoteAddress)) {
      socket.destroy();
      this.#onFault(gateFault('not-allowed'));
      return;
    }
    this.#sessions.add(new Session(socket, this.#guardHost));
  }

  /** The oldest come first. */
  #sweep(): void {
    const now = this.#guardHost.clock();
    for (const session of this.#sessions) if (session.checkDeadlines(now)) break;
  }

  #makeGuardHost(): GuardHost {
    return {
      limits: this.#limits,
      speakers: new SpeakerPool(SPEAKERS_AT_REST),
      decide: this.#options.decide,
      enrol: this.#options.enrol ?? (async () => 'unavailable'),
      clock: this.#options.clock ?? (() => performance.now()),
      onAnswered: (tookMs) => {
        this.#answered++;
        this.#histogram.record(tookMs * 1000);
        this.#options.onAnswered?.(tookMs);
      },
      onTaken: () => {
        this.#taken++;
      },
      onFault: (fault) => this.#onFault(fault),
      onClosed: (session) => {
        this.#sessions.delete(session);
        this.#checkEmpty();
      },
    };
  }

  #checkEmpty(): void {
    if (this.#sessions.size === 0) this.#onEmpty?.();
  }

  #onFault(fault: GateFault): void {
    this.#faults++;
    this.#options.onFault(fault);
  }
}
