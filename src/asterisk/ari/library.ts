/**
 * One run of ari-client, in a thread, as seen from outside: calls with deadlines, a limit on how many are under way,
 * and one end. It never reconnects; where the thread or the WebSocket is gone, this object is over and everything that
 * waits is rejected.
 */
import { Worker } from 'node:worker_threads';
import { AsteriskError } from '../port.ts';
import type { FromLibrary, LibrarySettings, ToLibrary } from './thread-messages.ts';

export interface LibraryEvents {
  readonly onEvent: (event: unknown) => void;
  /** Something the library could not take and that was left out. */
  readonly onFault: (why: string) => void;
}

/** Asterisk serves 100 HTTP sessions unless told otherwise, and others want some. */
const IN_FLIGHT = 24;
const MAX_WAITING = 2000;
const MAX_WORDS = 200;
/** A list of some thousand endpoints takes a tenth of it. */
const MEMORY_MB = 256;

interface Pending {
  readonly name: string;
  readonly message: ToLibrary;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: AsteriskError) => void;
  readonly deadline: NodeJS.Timeout;
}

export class Library {
  /** Resolves when the WebSocket is open; rejects where it never was. */
  readonly ready: Promise<void>;
  /** Resolves with the reason when it is over. */
  readonly gone: Promise<string>;
  readonly #worker: Worker;
  readonly #secrets: readonly string[];
  readonly #events: LibraryEvents;
  readonly #pending = new Map<number, Pending>();
  readonly #waiting = new Map<number, Pending>();
  readonly #ready = Promise.withResolvers<void>();
  readonly #gone = Promise.withResolvers<string>();
  #count = 0;
  #over: string | undefined;

  constructor(settings: LibrarySettings, events: LibraryEvents) {
    this.#events = events;
    this.#secrets = secretsIn(settings);
    this.ready = this.#ready.promise;
    this.gone = this.#gone.promise;
    this.ready.catch(() => undefined);
    this.#worker = new Worker(new URL('./library-thread.ts', import.meta.url), {
      workerData: settings,
      // The library is older than what Node now calls deprecated, and talks to the console.
      execArgv: ['--no-deprecation'],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    this.#worker.stdout.resume();
    this.#worker.stderr.resume();
    this.#worker.on('message', (message: FromLibrary) => this.#receive(message));
    this.#worker.on('error', (error) => this.#end(`ari-client failed: ${String(error)}`));
    this.#worker.on('exit', () => this.#end('ari-client ended'));
  }

  /**
   * Calls an operation of ARI by the library's names: `asterisk`, `setGlobalVar`.
   * @param deadlineMs the wait for its turn included
   */
  call(
    resource: string,
    operation: string,
    parameters: Readonly<Record<string, unknown>>,
    deadlineMs: number,
  ): Promise<unknown> {
    const id = ++this.#count;
    const message: ToLibrary = { kind: 'call', id, resource, operation, parameters };
    return this.#ask(`${resource}.${operation}`, message, deadlineMs);
  }

  /** A round trip over the WebSocket: both threads, the socket and Asterisk live. */
  async ping(deadlineMs: number): Promise<void> {
    await this.#ask('ping', { kind: 'ping', id: ++this.#count }, deadlineMs);
  }

  async close(why: string): Promise<void> {
    this.#end(why);
    await this.#worker.terminate();
  }

  #ask(name: string, message: ToLibrary, deadlineMs: number): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (this.#over !== undefined) {
      reject(new AsteriskError('disconnected', `${name} was not sent: ${this.#over}`));
    } else if (this.#waiting.size >= MAX_WAITING) {
      reject(new AsteriskError('timeout', `${name} was not sent: ${MAX_WAITING} requests wait already`));
    } else {
      const deadline = setTimeout(() => this.#expire(message.id, deadlineMs), deadlineMs);
      this.#waiting.set(message.id, { name, message, resolve, reject, deadline });
      this.#pump();
    }
    return promise;
  }

  #pump(): void {
    for (const [id, pending] of this.#waiting) {
      if (this.#pending.size >= IN_FLIGHT) return;
      this.#waiting.delete(id);
      this.#pending.set(id, pending);
      this.#worker.postMessage(pending.message);
    }
  }

  #receive(message: FromLibrary): void {
    switch (message.kind) {
      case 'ready':
        this.#ready.resolve();
        return;
      case 'event':
        this.#events.onEvent(message.event);
        return;
      case 'fault':
        this.#events.onFault(this.#redact(message.why));
        return;
      case 'lost':
        this.#end(`the WebSocket was lost: ${message.why}`);
        return;
      case 'answer':
        this.#settle(message.id)?.resolve(message.value);
        return;
      case 'refusal': {
        const pending = this.#settle(message.id);
        const why = this.#redact(message.why);
        pending?.reject(new AsteriskError('refused', `${pending.name}: ${why}`));
      }
    }
  }

  #expire(id: number, deadlineMs: number): void {
    const pending = this.#settle(id);
    pending?.reject(new AsteriskError('timeout', `${pending.name}: no answer within ${deadlineMs} ms`));
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id) ?? this.#waiting.get(id);
    this.#pending.delete(id);
    this.#waiting.delete(id);
    clearTimeout(pending?.deadline);
    this.#pump();
    return pending;
  }

  #end(reason: string): void {
    if (this.#over !== undefined) return;
    const why = this.#redact(reason);
    this.#over = why;
    const open = [...this.#pending.values(), ...this.#waiting.values()];
    this.#pending.clear();
    this.#waiting.clear();
    for (const { name, reject, deadline } of open) {
      clearTimeout(deadline);
      reject(new AsteriskError('disconnected', `${name}: ${why}`));
    }
    this.#ready.reject(new AsteriskError('disconnected', why));
    this.#gone.resolve(why);
  }

  /** One short line without the password, in whichever spelling the library had it in its hands. */
  #redact(text: string): string {
    const line = text.replace(/\p{Cc}+/gu, ' ');
    return this.#secrets.reduce((words, secret) => words.replaceAll(secret, '***'), line).slice(0, MAX_WORDS);
  }
}

function secretsIn({ user, password }: LibrarySettings): string[] {
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  return password === '' ? [] : [basic, encodeURIComponent(password), password];
}
