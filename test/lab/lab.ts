/**
 * A real Asterisk for a test or for a person: starts one with its own folder, ports and passwords, and takes it away
 * without a trace. Several run side by side, also of one version.
 */
import { rm } from 'node:fs/promises';
import { pid as ownPid } from 'node:process';
import { awaitReady, launchAsterisk, rasterisk, stopAsterisk } from './asterisk.ts';
import type { AsteriskVersion } from './cache.ts';
import { type CdrRow, readCdr } from './cdr.ts';
import { type Dialplan, writeConfiguration } from './configuration.ts';
import { type ExtensionAccount, type HostPort, type Instance, type Login, planInstance } from './instance.ts';
import { markOf } from './processes.ts';
import { ensureRoot } from './root.ts';
import { forgetState, type LabState, type ServiceState, saveState } from './state.ts';

export interface LabOptions {
  readonly asterisk: AsteriskVersion;
  /** Lower-case letters, digits, hyphens; made up where it is not said. */
  readonly name?: string | undefined;
  /** Where the dialplan finds the FastAGI server; `lab.agi` says which free port it is where it is not said. */
  readonly gate?: HostPort | undefined;
  /** Instead of the lab's own. */
  readonly dialplan?: Dialplan | undefined;
  /** Stays when this process ends, until `scripts/lab down`. */
  readonly outlives?: boolean | undefined;
}

let count = 0;

/** Builds the root of that Asterisk first where it is not there (a minute). Resolves when Asterisk takes calls. */
export async function startLab(options: LabOptions): Promise<Lab> {
  await ensureRoot(options.asterisk);
  count += 1;
  const name = options.name ?? `test-${options.asterisk}-${ownPid}-${count}`;
  const instance = await planInstance({ version: options.asterisk, name, gate: options.gate });
  await writeConfiguration(instance, options.dialplan);
  const lab = new Lab(instance, options.outlives ?? false);
  try {
    await lab.start();
    return lab;
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

export class Lab implements AsyncDisposable {
  readonly instance: Instance;
  readonly name: string;
  /** Where phones send SIP, UDP and TCP. */
  readonly sip: HostPort;
  readonly ami: Login;
  readonly ari: Login;
  /** Where the gate asks: somebody must listen here, or nobody answers. */
  readonly agi: HostPort;
  readonly extensions: readonly ExtensionAccount[];
  /** The instance's folder, with `etc`, `lib` (AstDB), `log`, `run`, `spool`. */
  readonly home: string;
  readonly #outlives: boolean;
  #asterisk = '';
  #pid = 0;
  #service: ServiceState | undefined;

  constructor(instance: Instance, outlives: boolean) {
    this.instance = instance;
    this.name = instance.name;
    this.sip = instance.sip;
    this.ami = instance.ami;
    this.ari = instance.ari;
    this.agi = instance.agi;
    this.extensions = instance.extensions;
    this.home = instance.home;
    this.#outlives = outlives;
  }

  /** Asterisk's own words: `22.10.1`. */
  get asterisk(): string {
    return this.#asterisk;
  }

  /** Asterisk's pid; another one after a restart. */
  get pid(): number {
    return this.#pid;
  }

  async start(): Promise<void> {
    const launched = launchAsterisk(this.instance, this.#outlives);
    this.#pid = launched.pid;
    await this.#save();
    await awaitReady(this.instance, launched);
    this.#asterisk = versionIn(await this.rasterisk('core show version'));
    await this.#save();
  }

  /** Ends Asterisk and starts it anew with the same configuration, AstDB and ports. */
  async restartAsterisk(): Promise<void> {
    await stopAsterisk(this.instance, this.#pid);
    await this.start();
  }

  /** Writes down what runs beside Asterisk, so that `scripts/lab status` shows it and `down` ends it. */
  async attachService(service: ServiceState): Promise<void> {
    this.#service = service;
    await this.#save();
  }

  /** @throws where the lab has no such extension */
  passwordOf(wanted: string): string {
    const account = this.extensions.find(({ extension }) => extension === wanted);
    if (account === undefined) throw new Error(`the lab has no extension ${wanted}`);
    return account.password;
  }

  /** Runs one command on Asterisk's console and gives what it printed. */
  rasterisk(command: string): Promise<string> {
    return rasterisk(this.instance, command);
  }

  /** Every CDR so far, oldest first. Asterisk writes one when the call is over: wait for it. */
  cdr(): Promise<CdrRow[]> {
    return readCdr(this.home);
  }

  /** Ends Asterisk and removes its folder. Harmless when repeated. */
  async stop(): Promise<void> {
    await stopAsterisk(this.instance, this.#pid);
    await rm(this.home, { recursive: true, force: true });
    await forgetState(this.name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  get state(): LabState {
    return {
      instance: this.instance,
      asterisk: this.#asterisk,
      pid: this.#pid,
      owner: this.#outlives ? undefined : markOf(ownPid),
      service: this.#service,
    };
  }

  #save(): Promise<void> {
    return saveState(this.state);
  }
}

function versionIn(text: string): string {
  return /Asterisk (\d+\.\d+\.\d+)/.exec(text)?.[1] ?? text.trim();
}
