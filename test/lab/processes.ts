/**
 * What /proc says of a process, and ending one. A process is ended only after it was recognised: a pid alone may long
 * belong to somebody else.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { kill } from 'node:process';
import { until } from './until.ts';

/** How long a process may take to end by itself before it is killed. */
const GRACE_MS = 5_000;
const KILL_DEADLINE_MS = 5_000;

/** Tells whether the process behind a pid is still the one that was meant. */
export type Recognise = (pid: number) => boolean;

/** An Asterisk whose root and main file are these. */
export function isAsterisk(root: string, mainFile: string): Recognise {
  return (pid) => rootDirectoryOf(pid) === root && commandOf(pid).includes(mainFile);
}

/** A process that was started with this word on its command line. */
export function isStartedWith(word: string): Recognise {
  return (pid) => commandOf(pid).includes(word);
}

/** Ends the process if it is recognised: politely, then for good. Resolves when it is gone. */
export async function endProcess(pid: number, recognise: Recognise): Promise<void> {
  if (!recognise(pid)) return;
  signal(pid, 'SIGTERM');
  // A stopped process hears nothing else until it goes on.
  signal(pid, 'SIGCONT');
  const isGone = () => !recognise(pid);
  try {
    await until('the process has ended', GRACE_MS, isGone);
  } catch {
    if (recognise(pid)) signal(pid, 'SIGKILL');
    await until('the killed process is gone', KILL_DEADLINE_MS, isGone);
  }
}

export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks since the machine started; tells a process from a later one with the same pid. */
  readonly started: string;
}

/** Something to recognise this process by later, from another one. */
export function markOf(pid: number): ProcessMark | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

export function isAlive(mark: ProcessMark): boolean {
  return startOf(mark.pid) === mark.started;
}

/** The first child of a process, as the kernel knows it. */
export function childOf(pid: number): number | undefined {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function rootDirectoryOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/root`);
  } catch {
    return undefined;
  }
}

/** Empty for a zombie and for a process that is gone. */
function commandOf(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`).split('\0');
}

function startOf(pid: number): string | undefined {
  // The name, in parentheses, may hold blanks; the start is the 20th field after it.
  return read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[19];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
