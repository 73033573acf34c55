/**
 * What is written down of a running instance, so that another process can find it, use it and take it down. The file
 * holds passwords: mode 0600, in a folder of mode 0700.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateDirectory } from './cache.ts';
import type { ConsoleState } from './console.ts';
import type { Instance } from './instance.ts';
import { childOf, type ProcessMark } from './processes.ts';

/** The service beside Asterisk, as `scripts/lab status --json` shows it. */
export interface ServiceState {
  readonly api: { readonly socket: string };
  /** The service's configuration file; also what its process is recognised by. */
  readonly config: string;
  /** The CLI's command line, ready to be typed. */
  readonly cli: string;
  readonly log: string;
  /** Where there is one. */
  readonly console?: ConsoleState | undefined;
  /** Of the watchdog; the service is its child. */
  readonly pid: number;
}

export interface LabState {
  readonly instance: Instance;
  /** Asterisk's own words: `22.10.1`. */
  readonly asterisk: string;
  readonly pid: number;
  /** The process the instance must not outlive; undefined where it stays until it is taken down. */
  readonly owner: ProcessMark | undefined;
  readonly service: ServiceState | undefined;
}

export async function saveState(state: LabState): Promise<void> {
  await mkdir(stateDirectory(), { recursive: true, mode: 0o700 });
  const file = fileOf(state.instance.name);
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Every instance that was written down, by name. */
export async function listStates(): Promise<LabState[]> {
  if (!existsSync(stateDirectory())) return [];
  const names = (await readdir(stateDirectory())).filter((name) => name.endsWith('.json')).sort();
  const states = await Promise.all(names.map((name) => readState(join(stateDirectory(), name))));
  return states.filter((state) => state !== undefined);
}

export async function forgetState(name: string): Promise<void> {
  await rm(fileOf(name), { force: true });
}

/** What a person or a script is shown. */
export function publicState({ instance, asterisk, pid, service }: LabState) {
  const { name, sip, ami, ari, agi, extensions } = instance;
  return {
    name,
    asterisk,
    sip,
    ami,
    ari,
    agi,
    ...(service && { api: service.api, config: service.config, cli: service.cli, log: service.log }),
    ...(service?.console && { console: service.console }),
    pid: { asterisk: pid, ...(service && { service: childOf(service.pid) ?? null, watchdog: service.pid }) },
    extensions: extensions.map(({ extension, password }) => ({ extension, password })),
  };
}

function fileOf(name: string): string {
  return join(stateDirectory(), `${name}.json`);
}

/** Undefined where the instance was taken down in the meantime. */
async function readState(file: string): Promise<LabState | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LabState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
