/**
 * A server of the bench in a process of its own, which says "listening PORT" when it is ready and ends with this
 * process, however that ends. It knows nothing of what is served.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const READY_DEADLINE_MS = 10_000;
const END_DEADLINE_MS = 5000;

export class Server implements AsyncDisposable {
  readonly port: number;
  readonly process: ChildProcess;

  private constructor(process: ChildProcess, port: number) {
    this.process = process;
    this.port = port;
  }

  /** Rejects where the program ends, or says nothing, before it listens. */
  static async start(program: string, ...args: string[]): Promise<Server> {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    try {
      return new Server(child, await portOf(child, program));
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** A TypeScript file, run by this Node. */
  static node(script: URL, ...args: string[]): Promise<Server> {
    return Server.start(process.execPath, script.pathname, ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.process);
  }
}

/** Ends a child politely, then for good; resolves when it has. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_DEADLINE_MS);
  await promise;
  clearTimeout(timer);
}

function portOf(child: ChildProcess, program: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const timer = setTimeout(() => reject(new Error(`${program} does not listen`)), READY_DEADLINE_MS);
  child.once('error', reject);
  child.once('exit', () => reject(new Error(`${program} ended before it listened`)));
  if (child.stdout !== null) {
    createInterface(child.stdout).on('line', (line) => {
      const port = /^listening (\d+)$/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  }
  return promise.finally(() => clearTimeout(timer));
}
