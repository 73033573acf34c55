/** The real service in front of a made-up PBX of any size: its database filled, its Asterisk stood in for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '../../src/cli/client.ts';
import { freeTcpPort } from '../lab/ports.ts';
import { until } from '../lab/until.ts';
import { ask } from './asker.ts';
import { fillDatabase } from './filling.ts';
import { Inside, type InsideFigures } from './inside.ts';
import { inhabitant } from './population.ts';
import { end, Server } from './server.ts';
import type { StandInFigures } from './stand-in.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url);
const STAND_IN = new URL('stand-in.ts', import.meta.url);
const SETTLED_DEADLINE_MS = 300_000;
/** So long nothing may be asked of Asterisk, by a service that does not stand still, until all is taken to be done. */
const QUIET_MS = 2000;
/** An answer within this time says that the service does not stand still, in milliseconds. */
const PROMPT_MS = 200;
const PROBE_EVERY_MS = 100;

export class LargePbx implements AsyncDisposable {
  readonly size: number;
  readonly gatePort: number;
  readonly api: Client;
  readonly #inside: Inside;
  readonly #folder: string;
  readonly #standIn: Server;
  readonly #service: ChildProcess;

  private constructor(
    size: number,
    gatePort: number,
    folder: string,
    standIn: Server,
    service: ChildProcess,
    inside: Inside,
  ) {
    this.size = size;
    this.gatePort = gatePort;
    this.api = new Client(join(folder, 'api.sock'));
    this.#folder = folder;
    this.#standIn = standIn;
    this.#service = service;
    this.#inside = inside;
  }

  /** Resolves when the service runs; it has most of its work still before it. */
  static async open(size: number): Promise<LargePbx> {
    const folder = await mkdtemp(join(tmpdir(), 'device-lock-bench-'));
    const database = join(folder, 'device-lock.db');
    await fillDatabase(database, size);
    const standIn = await Server.node(STAND_IN, String(size));
    const gatePort = await freeTcpPort('127.0.0.1');
    const config = join(folder, 'device-lock.toml');
    await writeFile(config, configOf(folder, database, standIn.port, gatePort), { mode: 0o600 });
    const inside = new Inside(join(folder, 'inside'));
    const out = openSync(join(folder, 'out'), 'a', 0o600);
    const service = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', process.execPath, MAIN.pathname, 'serve', '--config', config],
      { stdio: ['ignore', out, out], env: { ...process.env, ...inside.environment } },
    );
    closeSync(out);
    return new LargePbx(size, gatePort, folder, standIn, service, inside);
  }

  /**
   * Resolves when a whole list was given since there were so many and everything that follows from it is done, with the
   * longest stall of the service since the last look, in milliseconds.
   */
  async settled(lists: number): Promise<number> {
    const end = performance.now() + SETTLED_DEADLINE_MS;
    let stall = 0;
    do {
      if (performance.now() > end) throw new Error('the service does not get done');
      await this.quiet(lists);
      stall = Math.max(stall, (await this.look()).late.most);
    } while (!(await this.#isDone()));
    return stall;
  }

  /** Resolves when nothing has been asked of Asterisk for a while and checks are answered at once. */
  async quiet(lists: number): Promise<void> {
    let promptSince = performance.now();
    await until('the service is quiet', SETTLED_DEADLINE_MS, async () => {
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
      if (!(await this.#isPrompt())) promptSince = performance.now();
      const { lists: given, quietFor } = await this.standIn();
      return given > lists && Math.min(quietFor, performance.now() - promptSince) > QUIET_MS;
    });
  }

  /** Resolves when a whole list was given since there were so many; the service has it still before it. */
  async listed(lists: number): Promise<void> {
    await until(
      'a whole list is given',
      SETTLED_DEADLINE_MS,
      async () => (await this.standIn()).lists > lists,
    );
  }

  /** Asking for the status is a small stall of its own, which is not counted. */
  async #isDone(): Promise<boolean> {
    const { astdb, counts, store } = await this.api.get<Status>('/v1/status');
    await this.look();
    return astdb.inStep && counts.contacts === this.size && store.pending < this.size / 100 + 10;
  }

  async #isPrompt(): Promise<boolean> {
    const { extension, userAgent } = inhabitant(0);
    try {
      return (await ask(this.gatePort, { extension, userAgent, address: '192.0.2.1:5060' })).took < PROMPT_MS;
    } catch {
      return false;
    }
  }

  async standIn(): Promise<StandInFigures> {
    this.#standIn.process.send('figures');
    const [figures] = await once(this.#standIn.process, 'message');
    return figures as StandInFigures;
  }

  /** As after `pjsip reload`: the service lists everything anew. */
  reload(): void {
    this.#standIn.process.send('reload');
  }

  /** Codes of the gate's faults in the log, with how often; the log leaves out what comes too often. */
  async gateFaults(): Promise<string> {
    const lines = (await readFile(join(this.#folder, 'device-lock.log'), 'utf8')).split('\n');
    const faults = lines.filter((line) => line.includes('"gate-fault"'));
    const codes = Map.groupBy(faults, (line) => (JSON.parse(line) as { code: string }).code);
    return [...codes].map(([code, { length }]) => `${code} ${length}`).join(', ');
  }

  async look(): Promise<InsideFigures> {
    return await this.#inside.look(this.#service.pid ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await end(this.#service);
    await this.#standIn[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

interface Status {
  readonly astdb: { readonly inStep: boolean };
  readonly counts: { readonly contacts: number };
  readonly store: { readonly pending: number };
}

function configOf(folder: string, database: string, amiPort: number, gatePort: number): string {
  return `# Written by the bench.
[ami]
port = ${amiPort}
secret = "none"

[gate]
port = ${gatePort}

[api]
socket = "${join(folder, 'api.sock')}"

[store]
path = "${database}"

[log]
path = "${join(folder, 'device-lock.log')}"

[tracking]
sweep-every = 86400
`;
}
