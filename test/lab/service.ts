/**
 * Device Lock beside an Asterisk of the lab: its configuration written, its watchdog started, waited for until it guards,
 * asked through its API and its command, stopped.
 */
import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '../../src/cli/client.ts';
import { buildConsole, type ConsoleState, makeConsoleUser } from './console.ts';
import type { Lab } from './lab.ts';
import { freeTcpPort } from './ports.ts';
import { childOf, endProcess, isStartedWith } from './processes.ts';
import type { ServiceState } from './state.ts';
import { until } from './until.ts';

const COMMAND = fileURLToPath(new URL('../../scripts/device-lock', import.meta.url));
const READY_DEADLINE_MS = 20_000;
const COMMAND_DEADLINE_MS = 30_000;
const LARGEST_OUTPUT = 64 * 1024 * 1024;

export interface ServiceWishes {
  /** `ami` where it is not said. */
  readonly adapter?: 'ami' | 'ari' | undefined;
  /** Where AMI is reached, when not at the Asterisk itself: a proxy that a test can cut. */
  readonly amiPort?: number | undefined;
  /** Keys of the section [gate]. */
  readonly gate?: { readonly 'when-unavailable'?: 'allow' | 'deny'; readonly refusal?: 'prompt' | 'plain' };
  /** Further sections of the configuration, as TOML. */
  readonly sections?: string | undefined;
  /** Seconds. */
  readonly quietAfter?: number | undefined;
  readonly sweepEvery?: number | undefined;
  /** Stays when this process ends. */
  readonly outlives?: boolean | undefined;
  /** With a console on a free port, and a user of it. */
  readonly console?: boolean | undefined;
}

/** What a run of the command said. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function startService(lab: Lab, wishes: ServiceWishes = {}): Promise<LabService> {
  const folder = join(lab.home, 'service');
  await mkdir(folder, { recursive: true });
  const state = {
    api: { socket: join(folder, 'api.sock') },
    config: join(folder, 'device-lock.toml'),
    cli: COMMAND,
    log: join(folder, 'device-lock.log'),
  };
  const listen = wishes.console === true ? `127.0.0.1:${await freeTcpPort('127.0.0.1')}` : '';
  if (listen !== '') buildConsole();
  await writeFile(state.config, configOf(lab, folder, state, listen, wishes), { mode: 0o600 });
  const service = new LabService(lab, state, wishes.outlives ?? false);
  await service.start();
  if (listen !== '') await service.openConsole();
  return service;
}

export class LabService implements AsyncDisposable {
  readonly config: string;
  readonly socket: string;
  readonly logFile: string;
  readonly api: Client;
  readonly #lab: Lab;
  readonly #outlives: boolean;
  #watchdog = 0;
  #console: ConsoleState | undefined;

  constructor(lab: Lab, { api, config, log }: Omit<ServiceState, 'pid'>, outlives: boolean) {
    this.#lab = lab;
    this.#outlives = outlives;
    this.config = config;
    this.socket = api.socket;
    this.logFile = log;
    this.api = new Client(api.socket);
  }

  /** Starts the watchdog, and with it the service; resolves when it guards. */
  async start(): Promise<void> {
    const out = openSync(`${this.logFile}.out`, 'a', 0o600);
    const command = [COMMAND, 'supervise', '--config', this.config];
    const [program = '', ...args] = this.#outlives ? command : ['setpriv', '--pdeathsig', 'TERM', ...command];
    const child = spawn(program, args, { stdio: ['ignore', out, out], detached: this.#outlives });
    closeSync(out);
    if (this.#outlives) child.unref();
    if (child.pid === undefined) throw new Error(`${program} cannot be run`);
    this.#watchdog = child.pid;
    await this.#attach();
    try {
      await this.ready();
    } catch (error) {
      const said = readFileSync(`${this.logFile}.out`, 'utf8').slice(-2000);
      throw new Error(`the service does not get ready; it said:\n${said}`, { cause: error });
    }
  }

  /** Makes a user; the console is open then. */
  async openConsole(): Promise<void> {
    this.#console = await makeConsoleUser(COMMAND, this.config);
    await this.#attach();
  }

  /** Resolves when Asterisk is reached, everything is listed, and AstDB is in step. */
  async ready(): Promise<void> {
    await until('the service guards', READY_DEADLINE_MS, async () => {
      const { asterisk, astdb } = await this.api.get<StatusPart>('/v1/status');
      return asterisk.connected && astdb.inStep && astdb.heartbeatAt !== null;
    });
  }

  get watchdogPid(): number {
    return this.#watchdog;
  }

  /** The process that answers calls; another one after the watchdog replaced it. Undefined while there is none. */
  get pid(): number | undefined {
    return childOf(this.#watchdog);
  }

  /** Runs `device-lock` with this service's configuration. */
  run(...args: string[]): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(
        COMMAND,
        [...args, '--config', this.config],
        { timeout: COMMAND_DEADLINE_MS, maxBuffer: LARGEST_OUTPUT },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
          resolve({ code, stdout, stderr });
        },
      );
    });
  }

  /** Runs `device-lock … --json` and gives what it printed. @throws where it failed, with what it said */
  async json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run(...args, '--json');
    if (code !== 0) throw new Error(`device-lock ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** Every line of the log so far. */
  async log(): Promise<LogLine[]> {
    const text = await readFile(this.logFile, 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
  }

  #attach(): Promise<void> {
    const { config, socket, logFile } = this;
    const seen = this.#console;
    return this.#lab.attachService({
      ...{ api: { socket }, config, cli: COMMAND, log: logFile, pid: this.#watchdog },
      ...(seen === undefined ? {} : { console: seen }),
    });
  }

  async stop(): Promise<void> {
    await endProcess(this.#watchdog, isStartedWith(this.config));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

export type LogLine = Readonly<Record<string, unknown>>;

interface StatusPart {
  readonly asterisk: { readonly connected: boolean };
  readonly astdb: { readonly inStep: boolean; readonly heartbeatAt: string | null };
}

function configOf(
  lab: Lab,
  folder: string,
  state: { readonly api: { readonly socket: string }; readonly log: string },
  listen: string,
  wishes: ServiceWishes,
): string {
  const gate = Object.entries(wishes.gate ?? {}).map(([key, value]) => `${key} = "${value}"`);
  return `# Written by the lab.
[asterisk]
adapter = "${wishes.adapter ?? 'ami'}"

[ami]
host = "${lab.ami.host}"
port = ${wishes.amiPort ?? lab.ami.port}
user = "${lab.ami.user}"
secret = "${lab.ami.secret}"

[ari]
url = "http://${lab.ari.host}:${lab.ari.port}"
user = "${lab.ari.user}"
secret = "${lab.ari.secret}"

[gate]
host = "${lab.agi.host}"
port = ${lab.agi.port}
${gate.join('\n')}

[api]
socket = "${state.api.socket}"

[console]
listen = "${listen}"

[store]
path = "${join(folder, 'device-lock.db')}"

[log]
path = "${state.log}"

[tracking]
sweep-every = ${wishes.sweepEvery ?? 300}

[violations]
quiet-after = ${wishes.quietAfter ?? 3600}

${wishes.sections ?? ''}
`;
}
