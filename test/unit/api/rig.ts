/** A service without an Asterisk: the real table, operator, store and API on a real Unix socket, in a folder of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiDeps, ServiceHealth } from '../../../src/api/deps.ts';
import { type Api, createApi } from '../../../src/api/server.ts';
import type { ConsoleOptions } from '../../../src/api/tcp/door.ts';
import { readConfig } from '../../../src/config/config.ts';
import type { Finding } from '../../../src/doctor/finding.ts';
import { parseAddress } from '../../../src/domain/address.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import { identify } from '../../../src/domain/identify.ts';
import type { PhoneModel } from '../../../src/domain/phone-model.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import { EventLog } from '../../../src/log/event-log.ts';
import { metricsOf } from '../../../src/metrics/collect.ts';
import { processFigures } from '../../../src/metrics/process-figures.ts';
import { Tallies } from '../../../src/metrics/tallies.ts';
import type { CodePost } from '../../../src/notify/code-post.ts';
import { Accounts } from '../../../src/operator/accounts.ts';
import { CodeMail } from '../../../src/operator/code-mail.ts';
import { Enrolment } from '../../../src/operator/enrolment.ts';
import { Grants } from '../../../src/operator/grants.ts';
import { Library } from '../../../src/operator/library.ts';
import { Operator } from '../../../src/operator/operator.ts';
import { loadAttackTools } from '../../../src/phone-library/attack-tools.ts';
import { dialplanOf } from '../../../src/service/dialplan.ts';
import { Guardian } from '../../../src/service/guardian.ts';
import { ExtensionTable } from '../../../src/state/extension-table.ts';
import { ViolationBook } from '../../../src/state/violation-book.ts';
import { openStore } from '../../../src/store/client.ts';
import type { Store } from '../../../src/store/store.ts';

export const DESK = 'Yealink SIP-T46U 108.86.0.20';
export const THIEF = 'friendly-scanner';

export const YEALINK: PhoneModel = {
  id: 'yealink-t4',
  vendor: 'Yealink',
  model: 'T4 series',
  kind: 'desk',
  pattern: '^Yealink SIP-T4[0-9][A-Z] [0-9.]+$',
  matches: [DESK],
  rejects: ['Yealink SIP-T19P 53.84.0.125'],
};

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it came, decompressed by nobody. */
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is the test.
  readonly body: any;
}

export interface Rig extends AsyncDisposable {
  readonly folder: string;
  readonly socket: string;
  readonly configPath: string;
  readonly api: Api;
  /** As after a restart of the service, with nothing remembered of before. */
  restartApi(): Promise<void>;
  readonly table: ExtensionTable;
  readonly book: ViolationBook;
  readonly operator: Operator;
  readonly enrolment: Enrolment;
  readonly accounts: Accounts;
  readonly events: EventLog;
  readonly tallies: Tallies;
  readonly store: Store;
  readonly logged: { readonly level: string; readonly fields: object; readonly message: string }[];
  /** The contacts of one extension are now these. */
  register(extension: string, ...phones: (readonly [userAgent: string, address: string])[]): void;
  /** The same, with every field of theirs. */
  listed(extension: string, contacts: readonly Contact[]): void;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface RigOptions {
  readonly store?: (real: Store) => Store;
  readonly findings?: readonly Finding[];
  /** How long the doctor takes, in milliseconds. */
  readonly doctorTakes?: number;
  readonly health?: Partial<ServiceHealth>;
  readonly notifier?: ApiDeps['alerts']['notifier'];
  /** Mails one-time codes; none is configured unless it is given. */
  readonly codePost?: CodePost;
  readonly isListening?: boolean;
  readonly group?: string;
  /** It listens on a free port, once there is a user. */
  readonly console?: Partial<ConsoleOptions>;
}

export async function makeRig(options: RigOptions = {}): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'device-lock-api-'));
  const [socket, configPath] = [join(folder, 'api.sock'), join(folder, 'device-lock.toml')];
  await writeFile(configPath, `[api]\nsocket = "${socket}"\n[log]\npath = "-"\n`, { mode: 0o640 });
  const logged: Rig['logged'] = [];
  const log = (level: string) => (fields: unknown, message?: unknown) => {
    logged.push({ level, fields: fields as object, message: String(message) });
  };
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const real = await openStore({ path: join(folder, 'device-lock.db'), logger });
  await real.load();
  const store = options.store?.(real) ?? real;

  const library = new Library([YEALINK], []);
  const table = new ExtensionTable();
  table.setModels(library.models());
  table.setExtensions(
    new Map([
      ['1001', 'Reception'],
      ['1002', undefined],
      ['1003', 'Büro 東京'],
    ]),
  );
  table.markLoaded();
  table.markContactsListed();
  const book = new ViolationBook();
  const now = Date.now;
  const events = new EventLog(logger, now);
  const tallies = new Tallies();
  tallies.listen(events);
  const guardian = new Guardian({
    ...{ table, book, store, events, logger, now },
    onJudged: tallies.judged,
    mirror: { touch: () => undefined },
    pace: async () => undefined,
    remembered: [],
    quietAfter: 3_600_000,
  });
  const operator = new Operator({
    ...{ table, library, store, now },
    judgeAnew: (extensions) => guardian.judgeAnew(extensions),
    clear: (extension) => guardian.clear(extension),
    touchSystem: () => undefined,
    announce: (entry) => events.note('operator-change', { ...entry, at: undefined }),
  });
  const accounts = new Accounts({
    ...{ store: real, now },
    announce: (entry) => events.note('operator-change', { ...entry, at: undefined }),
  });
  await accounts.load();
  const enrolment = new Enrolment({
    ...{ table, operator, events, now, clock: now },
    limits: { tries: 3, lockOutMs: 300_000 },
    mail: new CodeMail(options.codePost, now),
    evicted: () => [],
  });
  const grants = new Grants({ ...{ table, operator, events, logger, now } });
  const deps: ApiDeps = {
    ...{
      socket,
      group: options.group ?? '',
      table,
      book,
      operator,
      enrolment,
      grants,
      library,
      store,
      events,
      logger,
      now,
      identify,
      isAttackTool: await loadAttackTools(),
      accounts,
    },
    console: {
      ...{ listen: '127.0.0.1:0', names: [], tlsCert: '', tlsKey: '', page: '' },
      ...options.console,
    },
    health: () => ({ ...HEALTH, started: now() - 90_000, config: configPath, ...options.health }),
    dialplan: () => dialplanOf(readConfig('', configPath), HEALTH.gate),
    doctor: async () => {
      await new Promise((resolve) => setTimeout(resolve, options.doctorTakes ?? 0));
      return options.findings ?? [];
    },
    metrics: metricsOf({
      ...{ tallies, table, book, process: processFigures() },
      health: () => ({ ...HEALTH, ...options.health }),
      ...{ store: () => store.health(), channels: () => options.notifier?.states ?? [], troubles: () => [] },
    }),
    alerts: { notifier: options.notifier ?? { states: [], test: async () => [] }, troubles: [] },
  };
  let api = createApi(deps);
  if (options.isListening !== false) await api.listen();
  return {
    ...{
      folder,
      socket,
      configPath,
      table,
      book,
      operator,
      enrolment,
      accounts,
      events,
      tallies,
      store,
      logged,
    },
    get api() {
      return api;
    },
    async restartApi() {
      await api.close();
      api = createApi(deps);
      await api.listen();
    },
    register(extension, ...phones) {
      guardian.onContacts(
        extension,
        phones.map((phone) => contactOf(extension, ...phone)),
        false,
      );
    },
    listed: (extension, contacts) => guardian.onContacts(extension, contacts, false),
    ask: (method, path, body, headers) => ask(socket, method, path, body, headers),
    async [Symbol.asyncDispose]() {
      await api.close();
      await real.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function contactOf(extension: string, userAgent: string, address: string): Contact {
  return {
    id: `${extension};@${Buffer.from(address).toString('hex')}`,
    extension,
    uri: `sip:${extension}@${address}`,
    userAgent: userAgentFromText(userAgent),
    callId: `call-${address}`,
    expires: Math.floor(Date.now() / 1000) + 600,
    source: {
      address: parseAddress(address, 'udp') ?? { transport: 'udp', ip: '0.0.0.0', port: 1 },
      proof: 'seen',
    },
  };
}

function ask(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const all = body === undefined ? headers : { 'content-type': 'application/json', ...headers };
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, headers: all, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, bytes, body: bodyOf(headers, bytes) });
      });
    });
    asked.on('error', reject);
    asked.end(text);
  });
}

/** JSON where it is, else the text. */
function bodyOf(headers: IncomingHttpHeaders, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const isJson = headers['content-type']?.startsWith('application/json') === true;
  return isJson && headers['content-encoding'] === undefined ? JSON.parse(String(bytes)) : String(bytes);
}

const HEALTH: ServiceHealth = {
  version: '0.1.0',
  node: 'v24.21.0',
  pid: 4711,
  started: 0,
  config: '',
  asterisk: {
    adapter: 'ami',
    connected: true,
    version: '22.10.1',
    since: Date.now() - 60_000,
    lastEvent: undefined,
  },
  reactions: { evicted: 0, restored: 0, hungUp: 0, held: 0 },
  gate: { host: '127.0.0.1', port: 4580, answered: 12, faults: 1, p50: 380, p99: 1200, connections: 0 },
  astdb: { inStep: true, pending: 0, heartbeatAt: Date.now() },
};
