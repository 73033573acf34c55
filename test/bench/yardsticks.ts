/**
 * The FastAGI servers the gate is measured against: the least one can cost at all (in C), the least one on Node, and
 * ding-dong alone. They judge nothing.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Server } from './server.ts';

const SUPPORT = new URL('../../scripts/bench-support/', import.meta.url);
const COMPILE_DEADLINE_MS = 60_000;

const run = promisify(execFile);

export class Yardsticks implements AsyncDisposable {
  /** Absent where there is no C compiler. */
  readonly #servers: ReadonlyMap<string, Server>;
  readonly #folder: string;

  private constructor(servers: ReadonlyMap<string, Server>, folder: string) {
    this.#servers = servers;
    this.#folder = folder;
  }

  /** @param warn told, in words for a person, what is left out */
  static async start(warn: (message: string) => void): Promise<Yardsticks> {
    const folder = await mkdtemp(join(tmpdir(), 'device-lock-bench-'));
    const servers = new Map<string, Server>();
    const yardsticks = new Yardsticks(servers, folder);
    try {
      const least = await compile(join(folder, 'least'), warn);
      if (least !== undefined) {
        servers.set('c', await Server.start(least, '0'));
        servers.set('cearly', await Server.start(least, '0', 'early'));
      }
      servers.set('bare', await Server.node(new URL('bare.ts', SUPPORT), '0'));
      servers.set('bareearly', await Server.node(new URL('bare.ts', SUPPORT), '0', 'early'));
      servers.set('dingdong', await Server.node(new URL('bare-ding-dong.ts', SUPPORT), '0'));
      return yardsticks;
    } catch (error) {
      await yardsticks[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Name → port. */
  get ports(): ReadonlyMap<string, number> {
    return new Map([...this.#servers].map(([name, { port }]) => [name, port]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers.values()) await server[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function compile(to: string, warn: (message: string) => void): Promise<string | undefined> {
  const source = new URL('least.c', SUPPORT).pathname;
  try {
    await run('cc', ['-O2', '-o', to, source], { timeout: COMPILE_DEADLINE_MS });
    return to;
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'there is no C compiler (Debian: apt-get install gcc)'
        : `cc cannot compile it: ${(error as Error).message}`;
    warn(`The C server is left out: ${why}.`);
    return undefined;
  }
}
