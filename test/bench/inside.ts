/**
 * A look inside a service that runs as a process of its own: what its gate took for each answer, how late its event
 * loop was, how much memory it has. The service is not changed: a module is loaded ahead of it (inside-probe.ts) that
 * writes its figures to a file when it is signalled.
 */
import { readFile, rm } from 'node:fs/promises';
import { kill } from 'node:process';
import { until } from '../lab/until.ts';

const DEADLINE_MS = 60_000;
const PROBE = new URL('inside-probe.ts', import.meta.url);

/** Where the probe writes; the variable of the service's environment that says so. */
export const FILE_VARIABLE = 'DEVICE_LOCK_BENCH_FILE';

/** Since the last look. */
export interface InsideFigures {
  /** The gate's own part of each answer, in microseconds: what its histogram was given. */
  readonly answers: readonly number[];
  /** The same without the time in which another thread had the processor. */
  readonly answersOnProcessor: readonly number[];
  /** How late the event loop was, in milliseconds. */
  readonly late: { readonly p50: number; readonly p99: number; readonly most: number };
  /** The longest pause of the garbage collector, in milliseconds. */
  readonly longestCollection: number;
  /** Of one processor, over the time since the last look. */
  readonly cpuShare: number;
  /** Bytes, after a full collection. `peak` is the most the process ever had resident. */
  readonly memory: { readonly rss: number; readonly heapUsed: number; readonly peak: number };
}

export class Inside {
  readonly #file: string;

  /** @param file a path of its own for each service */
  constructor(file: string) {
    this.#file = file;
  }

  /** What has to be in the environment of the service. */
  get environment(): Record<string, string> {
    return { [FILE_VARIABLE]: this.#file, NODE_OPTIONS: `--import ${PROBE.href}` };
  }

  /** Runs `start` with that environment in this process, for a service that inherits it. */
  async around<T>(start: () => Promise<T>): Promise<T> {
    Object.assign(process.env, this.environment);
    try {
      return await start();
    } finally {
      for (const name of Object.keys(this.environment)) delete process.env[name];
    }
  }

  /** The figures since the last look; the next ones begin here. The service stands still for a full collection. */
  async look(pid: number): Promise<InsideFigures> {
    await rm(this.#file, { force: true });
    kill(pid, 'SIGUSR2');
    let figures: InsideFigures | undefined;
    await until('the service shows its figures', DEADLINE_MS, async () => {
      figures = JSON.parse(await readFile(this.#file, 'utf8')) as InsideFigures;
      return true;
    });
    if (figures === undefined) throw new Error('unreachable');
    return figures;
  }
}
