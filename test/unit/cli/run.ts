/** Runs the command line as a person does: the script, as a child process, its output in pipes. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../scripts/device-lock', import.meta.url));

/** A start takes a fraction of a second; a busy machine may take a hundred times that. */
export const PATIENCE = 30_000;

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Where {
  readonly configPath?: string;
  readonly input?: string | Buffer;
  readonly script?: string;
  readonly cwd?: string;
}

export function run(words: readonly string[], where: Where = {}): Promise<Ran> {
  const { SUDO_USER: _, NO_COLOR: __, FORCE_COLOR: ___, ...inherited } = process.env;
  const env = {
    ...inherited,
    ...(where.configPath === undefined ? {} : { DEVICE_LOCK_CONFIG: where.configPath }),
  };
  const child = spawn(where.script ?? SCRIPT, words, { env, cwd: where.cwd, timeout: PATIENCE });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(where.input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
  });
}
