/**
 * A real fail2ban, as Debian packages it, unpacked into the lab's cache: installed, it would run on this machine. Needs
 * Python 3, which is installed where it is missing.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { env } from 'node:process';
import { promisify } from 'node:util';
import { fail2banRoot } from './cache.ts';
import { installProgram } from './debian.ts';

const run = promisify(execFile);
const UNPACK_MS = 120_000;

// $1 is where to. Two test files may want it at once; what is there is whole.
const UNPACK = `
[ -d "$1" ] && exit 0
mkdir -p "$(dirname "$1")"
exec 9>"$1.lock"
flock 9
[ -d "$1" ] && exit 0
work=$(mktemp -d "$1.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -q fail2ban || { apt-get update -q && apt-get download -q fail2ban; }
dpkg -x fail2ban_*.deb root
mv root "$1"
`;

/** Its configuration as Debian ships it. */
export function shippedConfiguration(): string {
  return join(fail2banRoot(), 'etc/fail2ban');
}

export async function fetchFail2ban(): Promise<void> {
  await installProgram('python3', 'python3');
  await run('bash', ['-ec', UNPACK, 'bash', fail2banRoot()], { timeout: UNPACK_MS });
}

/** @param program `fail2ban-regex` or `fail2ban-client` @returns what it prints */
export async function fail2ban(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('python3', [path(program), ...args], { env: environment() });
  return stdout;
}

/** In the foreground, until it is ended. */
export function startFail2ban(...args: readonly string[]): ChildProcess {
  const options = { env: environment(), stdio: 'ignore' } as const;
  return spawn('python3', [path('fail2ban-server'), '-f', ...args, 'start'], options);
}

function path(program: string): string {
  return join(fail2banRoot(), 'usr/bin', program);
}

function environment(): NodeJS.ProcessEnv {
  const PYTHONPATH = join(fail2banRoot(), 'usr/lib/python3/dist-packages');
  return { ...env, PYTHONPATH, PYTHONDONTWRITEBYTECODE: '1' };
}
