/**
 * Many phones that register all the time, in a process of their own (register-load.ts), started, counted and stopped
 * from here.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { ExtensionAccount, HostPort } from '../lab/instance.ts';
import { end } from './server.ts';

const SCRIPT = new URL('register-load.ts', import.meta.url);
const FIRST_ROUND_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 10_000;

/** What the process is told. */
export interface LoadOrder {
  readonly server: HostPort;
  /** Where the phones are. */
  readonly at: string;
  readonly accounts: readonly ExtensionAccount[];
  /** REGISTERs a second, once each phone has registered for the first time. */
  readonly rate: number;
  /** A phone says these of itself in turn, one for each REGISTER. */
  readonly userAgents: readonly string[];
}

/** What the process says: once when all are registered, once at the end. */
export interface LoadFigures {
  /** Extension → its phone's address, `127.0.0.21:5060`. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly sent: number;
  /** Answered by 200 OK. */
  readonly accepted: number;
  /** Answered by another final status, or not within two seconds. */
  readonly failed: number;
  /** Extension → the User-Agent of the last REGISTER that was accepted, and how many were. */
  readonly last: Readonly<Record<string, { readonly userAgent: string; readonly accepted: number }>>;
  readonly seconds: number;
}

export class RegisterLoad implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly addresses: ReadonlyMap<string, string>;

  private constructor(child: ChildProcess, addresses: ReadonlyMap<string, string>) {
    this.#child = child;
    this.addresses = addresses;
  }

  /** Resolves when every phone is registered; they go on from there at the rate. */
  static async start(order: LoadOrder): Promise<RegisterLoad> {
    const child = fork(SCRIPT, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.send(order);
    try {
      const { addresses } = await heard(child, FIRST_ROUND_DEADLINE_MS);
      return new RegisterLoad(child, new Map(Object.entries(addresses)));
    } catch (error) {
      await end(child);
      throw error;
    }
  }

  async stop(): Promise<LoadFigures> {
    this.#child.send('stop');
    return await heard(this.#child, STOP_DEADLINE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
  }
}

function heard(child: ChildProcess, deadlineMs: number): Promise<LoadFigures> {
  const { promise, resolve, reject } = Promise.withResolvers<LoadFigures>();
  const timer = setTimeout(() => reject(new Error('the phones say nothing')), deadlineMs);
  const onExit = () => reject(new Error('the phones ended'));
  child.once('message', (figures) => resolve(figures as LoadFigures));
  child.once('exit', onExit);
  return promise.finally(() => {
    clearTimeout(timer);
    child.off('exit', onExit);
  });
}
