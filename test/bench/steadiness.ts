/**
 * How steady the machine itself is: the same small piece of work, again and again, in a process of its own that has
 * nothing to do with the service. What the machine takes from this it takes from the service too.
 *
 * Run as a program it is that process: it works until its parent says 'stop', then sends its times.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { end } from './server.ts';

/** Milliseconds that one piece takes on a machine that does nothing else, and from one to the next. */
export const PIECE_MS = 0.2;
const EVERY_MS = 10;
const CALIBRATIONS = 200;
const STOP_DEADLINE_MS = 5000;

export class Steadiness implements AsyncDisposable {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  /** Milliseconds of each piece since the start. */
  async stop(): Promise<readonly number[]> {
    const { promise, resolve, reject } = Promise.withResolvers<number[]>();
    const timer = setTimeout(() => reject(new Error('the steady work says nothing')), STOP_DEADLINE_MS);
    this.#child.once('message', (times) => resolve(times as number[]));
    this.#child.send('stop');
    return await promise.finally(() => clearTimeout(timer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#child);
  }
}

function work(turns: number): number {
  const from = performance.now();
  let sum = 0;
  for (let turn = 0; turn < turns; turn++) sum = (sum * 31 + turn) % 1_000_003;
  return sum < 0 ? 0 : performance.now() - from;
}

/** The turns that fill a piece, by the fastest of many tries. */
function calibrate(): number {
  const turns = 20_000;
  let fastest = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < CALIBRATIONS; tried++) fastest = Math.min(fastest, work(turns));
  return Math.round((turns * PIECE_MS) / fastest);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const turns = calibrate();
  const times: number[] = [];
  setInterval(() => times.push(work(turns)), EVERY_MS);
  process.once('disconnect', () => process.exit(1));
  process.once('message', () => process.send?.(times, () => process.exit(0)));
}
