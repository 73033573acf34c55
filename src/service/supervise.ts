/**
 * The watchdog: runs the service as a child process, and replaces it when it dies or hangs. A hung process still holds
 * its sockets, and with them every call that waits for an answer; ending it lets them go on. It does nothing else, so that
 * nothing can hang it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../config/config.ts';
import type { Logger } from '../log/logger.ts';
import { openLog } from '../log/open-log.ts';

/** The service says that it lives this often, from the thread that answers calls. Milliseconds. */
export const BEAT_EVERY = 500;
const TICK = 500;
/**
 * Ticks of this process without a beat before the service counts as hung: 3 s. Ticks, not time: where the whole machine
 * stood still, both did.
 */
const PATIENCE = 6;
/** While it starts (opening a large database), 60 s. */
const PATIENCE_AT_START = 120;
const RESTART_MIN = 100;
const RESTART_MAX = 5000;
/** A service that lived this long was well: the next restart is at once. */
const WELL_AFTER = 10_000;
const STOP_DEADLINE = 5000;
/** Of a service that ends again and again, people are told so often, in milliseconds. */
const TELL_AGAIN = 3_600_000;

/** In the environment of a service that takes the place of one that ended: why that did. */
export const LAST_END = 'DEVICE_LOCK_LAST_END';

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

/** Runs until SIGTERM or SIGINT; resolves when the service has ended. */
export function supervise(configPath: string): Promise<void> {
  const config = loadConfig(configPath);
  const log = openLog(config.log);
  const { promise, resolve } = Promise.withResolvers<void>();
  const watchdog = new Watchdog(configPath, log.logger, resolve);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => watchdog.stop());
  process.on('SIGHUP', () => {
    log.reopen();
    watchdog.forward('SIGHUP');
  });
  watchdog.start();
  return promise;
}

class Watchdog {
  readonly #configPath: string;
  readonly #logger: Logger;
  readonly #onStopped: () => void;
  #child: ChildProcess | undefined;
  #silent = 0;
  #patience = PATIENCE_AT_START;
  #startedAt = 0;
  #delay = RESTART_MIN;
  #stopping = false;
  #ticker: NodeJS.Timeout | undefined;
  #isHung = false;
  #lastEnd: string | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(configPath: string, logger: Logger, onStopped: () => void) {
    this.#configPath = configPath;
    this.#logger = logger;
    this.#onStopped = onStopped;
  }

  start(): void {
    this.#ticker = setInterval(() => this.#tick(), TICK);
    this.#spawn();
  }

  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#child === undefined) {
      this.#stopped();
      return;
    }
    this.#child.kill('SIGTERM');
    setTimeout(() => this.#child?.kill('SIGKILL'), STOP_DEADLINE).unref();
  }

  /** Only to a service that has started: before, it would die of it. */
  forward(signal: NodeJS.Signals): void {
    if (this.#patience === PATIENCE) this.#child?.kill(signal);
  }

  #spawn(): void {
    this.#startedAt = performance.now();
    this.#silent = 0;
    this.#patience = PATIENCE_AT_START;
    const child = spawn(process.execPath, [MAIN, 'serve', '--config', this.#configPath], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [LAST_END]: this.#takeLastEnd() },
    });
    this.#child = child;
    child.on('message', () => {
      this.#silent = 0;
      this.#patience = PATIENCE;
    });
    child.on('error', (error) => this.#logger.error({ err: error }, 'the service could not be started'));
    child.once('close', (code, signal) => this.#ended(code, signal));
  }

  #tick(): void {
    if (this.#child === undefined || this.#stopping) return;
    if (++this.#silent < this.#patience) return;
    this.#logger.error({ event: 'service-hung', service: this.#child.pid }, 'the service hangs; it is ended');
    this.#silent = 0;
    this.#isHung = true;
    this.#child.kill('SIGKILL');
  }

  #ended(code: number | null, signal: string | null): void {
    this.#child = undefined;
    if (this.#stopping) {
      this.#stopped();
      return;
    }
    this.#lastEnd = this.#isHung ? 'it hung' : `it ended with ${signal ?? code}`;
    this.#isHung = false;
    const wasWell = performance.now() - this.#startedAt > WELL_AFTER;
    const delay = wasWell ? RESTART_MIN : this.#delay;
    this.#delay = Math.min(delay * 2, RESTART_MAX);
    this.#logger.error(
      { event: 'service-ended', code, signal, again: delay },
      'the service ended; it is restarted',
    );
    setTimeout(() => {
      if (this.#stopping) this.#stopped();
      else this.#spawn();
    }, delay);
  }

  /** Empty where nobody is to be told. */
  #takeLastEnd(): string {
    const now = performance.now();
    if (this.#lastEnd === undefined || now - this.#toldAt < TELL_AGAIN) return '';
    this.#toldAt = now;
    return this.#lastEnd;
  }

  #stopped(): void {
    clearInterval(this.#ticker);
    this.#onStopped();
  }
}
