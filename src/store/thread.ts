/**
 * The main thread's end of the database's thread: numbers the requests, gives each a deadline, and starts the thread
 * anew, with backoff, where it ends by itself. It never waits for anything.
 */
import { Worker } from 'node:worker_threads';
import type { Answer, Ask, QuestionKind, Refusal, Reply, Request } from './messages.ts';
import { monotonic } from './messages.ts';
import type { Opening } from './opening.ts';
import { StoreError } from './store.ts';

export interface ThreadOptions {
  readonly path: string;
  readonly now: () => number;
  /** How long a request may take, in milliseconds. */
  readonly deadline: number;
  /** How long opening may take, in milliseconds: an update may have much to migrate. */
  readonly openingDeadline: number;
  /** What the thread runs; tests have one that fails. */
  readonly script?: URL;
  /** The thread ended by itself, or could not be started anew; called once for each time. */
  readonly onDown: (error: StoreError) => void;
  /** It serves again. */
  readonly onUp: () => void;
}

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: StoreError) => void;
  readonly timer: NodeJS.Timeout;
}

const WORKER = new URL('./worker.ts', import.meta.url);
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 10_000;

export class DatabaseThread {
  readonly #options: ThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #state: 'down' | 'up' | 'closed' = 'down';
  #nextId = 1;
  #pause = FIRST_PAUSE;
  #restart: NodeJS.Timeout | undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
  }

  /** @throws StoreError as the thread says; then it has ended */
  async open(): Promise<void> {
    await this.#start(false);
  }

  /**
   * @param deadline milliseconds, the usual one where it is not given
   * @throws StoreError 'failed' or 'closed'
   */
  ask<K extends QuestionKind>(kind: K, ask: Ask<K>, deadline = this.#options.deadline): Promise<Answer<K>> {
    const worker = this.#worker;
    if (this.#state === 'closed') return Promise.reject(closedError());
    if (this.#state === 'down' || worker === undefined) return Promise.reject(restartingError());
    const id = this.#nextId++;
    const request: Request<K> = { id, kind, ask, expires: monotonic() + deadline };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(timeoutError(deadline));
      }, deadline);
      this.#waiting.set(id, { resolve, reject, timer });
      worker.postMessage(request);
    });
  }

  /** Closes the database, which ends the thread. */
  async close(): Promise<void> {
    const closed = this.ask('close', undefined);
    this.#state = 'closed';
    clearTimeout(this.#restart);
    await closed;
  }

  /** Ends the thread, whatever it is doing; everything that waits is rejected. */
  async end(): Promise<void> {
    this.#state = 'closed';
    clearTimeout(this.#restart);
    this.#rejectAll(closedError());
    await this.#worker?.terminate();
  }

  #start(again: boolean): Promise<void> {
    const { path, now, openingDeadline, script = WORKER } = this.#options;
    const workerData: Opening = { path, again, now: now() };
    const worker = new Worker(script, { workerData });
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      let cause: unknown;
      const tooSlow = setTimeout(() => {
        reject(new StoreError('unusable', `${path} did not open within ${openingDeadline} ms`, DISK_HINT));
        void worker.terminate();
      }, openingDeadline);
      worker.on('message', (reply: Reply) => {
        if (reply.id !== 'open') return this.#settle(reply);
        clearTimeout(tooSlow);
        if ('refusal' in reply) return reject(errorOf(reply.refusal));
        if (this.#state === 'down') this.#state = 'up';
        this.#pause = FIRST_PAUSE;
        resolve();
      });
      worker.on('error', (error) => {
        cause = error;
      });
      worker.on('exit', () => {
        clearTimeout(tooSlow);
        const error = endedError(cause);
        // Where it never opened; afterwards the promise is settled and this does nothing.
        reject(error);
        this.#ended(worker, error);
      });
    });
  }

  #settle(reply: Exclude<Reply, { id: 'open' }>): void {
    const waiting = typeof reply.id === 'number' ? this.#waiting.get(reply.id) : undefined;
    // Its deadline has passed, and whoever asked knows.
    if (waiting === undefined || typeof reply.id !== 'number') return;
    this.#waiting.delete(reply.id);
    clearTimeout(waiting.timer);
    if ('refusal' in reply) waiting.reject(errorOf(reply.refusal));
    else if ('answer' in reply) waiting.resolve(reply.answer as never);
  }

  #ended(worker: Worker, error: StoreError): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#rejectAll(error);
    if (this.#state !== 'up') return;
    this.#state = 'down';
    this.#options.onDown(error);
    this.#startLater();
  }

  #startLater(): void {
    this.#restart = setTimeout(() => {
      this.#start(true).then(
        () => this.#options.onUp(),
        (error: StoreError) => {
          if (this.#state === 'closed') return;
          this.#options.onDown(error);
          this.#startLater();
        },
      );
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #rejectAll(error: StoreError): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#waiting.clear();
  }
}

const DISK_HINT = "Look at the disk's load and the kernel's log, then try again.";
const UNKNOWN = 'whether a change was saved is not known: look before trying again.';

function errorOf({ fault, message, hint }: Refusal): StoreError {
  return new StoreError(fault, message, hint);
}

export function closedError(): StoreError {
  return new StoreError('closed', 'The database is closed', 'The service is stopping; try again afterwards.');
}

function restartingError(): StoreError {
  return new StoreError('failed', "The database's thread is being started anew", 'Try again in a moment.');
}

function timeoutError(deadline: number): StoreError {
  return new StoreError('failed', `No answer from the disk within ${deadline} ms; ${UNKNOWN}`, DISK_HINT);
}

function endedError(cause: unknown): StoreError {
  return new StoreError(
    'failed',
    `The database's thread ended; ${UNKNOWN}`,
    'It is being started anew; the log says why it ended.',
    { cause },
  );
}
