/**
 * The Asterisk process of one instance: started in its chroot, waited for until it takes calls and AMI, asked through
 * its own console, stopped. It never mounts anything into the root.
 */
import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mainFileOf } from './configuration.ts';
import type { HostPort, Instance } from './instance.ts';
import { endProcess, isAsterisk } from './processes.ts';
import { until } from './until.ts';

const READY_DEADLINE_MS = 60_000;
const COMMAND_DEADLINE_MS = 10_000;
const LARGEST_ANSWER = 4 * 1024 * 1024;

const run = promisify(execFile);

export interface Launched {
  readonly pid: number;
  readonly hasEnded: () => boolean;
}

/**
 * Starts Asterisk; it is not ready yet.
 * @param outlives whether it stays when this process ends (`scripts/lab up`); otherwise the kernel ends it with this
 * process, however that ends
 */
export function launchAsterisk(instance: Instance, outlives: boolean): Launched {
  const out = openSync(join(instance.home, 'log', 'console'), 'a', 0o600);
  const asterisk = ['chroot', instance.root, 'asterisk', '-f', '-C', mainFileOf(instance)];
  const [command = '', ...args] = outlives ? asterisk : ['setpriv', '--pdeathsig', 'KILL', ...asterisk];
  const child = spawn(command, args, { stdio: ['ignore', out, out], detached: outlives });
  closeSync(out);
  if (outlives) child.unref();
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} cannot be run`);
  return { pid, hasEnded: () => child.exitCode !== null || child.signalCode !== null };
}

/** Resolves when Asterisk takes calls and AMI. Rejects, with Asterisk's last words, where it ended instead. */
export async function awaitReady(instance: Instance, launched: Launched): Promise<void> {
  await until(`Asterisk ${instance.version} is ready`, READY_DEADLINE_MS, async () => {
    if (launched.hasEnded()) return true;
    return (await isListening(instance.ami)) && (await isBooted(instance));
  });
  if (!launched.hasEnded()) return;
  const said = await readFile(join(instance.home, 'log', 'console'), 'utf8');
  throw new Error(`Asterisk ${instance.version} ended at once; its last words:\n${said.slice(-2000)}`);
}

export async function stopAsterisk(instance: Instance, pid: number): Promise<void> {
  await endProcess(pid, isAsterisk(instance.root, mainFileOf(instance)));
}

/** Runs one console command and gives what it printed. */
export async function rasterisk(instance: Instance, command: string): Promise<string> {
  const args = [instance.root, 'asterisk', '-C', mainFileOf(instance), '-rx', command];
  const { stdout } = await run('chroot', args, {
    timeout: COMMAND_DEADLINE_MS,
    killSignal: 'SIGKILL',
    maxBuffer: LARGEST_ANSWER,
  });
  return stdout;
}

async function isBooted(instance: Instance): Promise<boolean> {
  return (await rasterisk(instance, 'core waitfullybooted')).includes('fully booted');
}

function isListening({ host, port }: HostPort): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 1_000 });
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}
