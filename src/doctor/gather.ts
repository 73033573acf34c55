/** Looks at everything the doctor examines, all at once, each with a deadline; whatever hangs, the facts come. */
import { constants, readFileSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { ServiceHealth } from '../api/deps.ts';
import type { ConsoleView } from '../api/shapes.ts';
import { FAMILY } from '../astdb/entries.ts';
import { entriesOfExtension, entriesOfSystem } from '../astdb/facts.ts';
import type { Asterisk } from '../asterisk/port.ts';
import type { Config } from '../config/config.ts';
import type { ChannelState } from '../notify/courier.ts';
import type { Library } from '../operator/library.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { ViolationBook } from '../state/violation-book.ts';
import type { Snapshot, Store } from '../store/store.ts';
import { askGate } from './ask-gate.ts';
import { compareAstdb, compareContacts } from './compare.ts';
import type { Facts } from './facts.ts';
import { probe } from './probe.ts';
import { provokeEvents } from './provoke-events.ts';

export interface DoctorDeps {
  readonly config: Config;
  readonly service: {
    readonly table: ExtensionTable;
    readonly book: ViolationBook;
    readonly library: Library;
  };
  readonly asterisk: Pick<Asterisk, 'listContacts' | 'dialplanOf' | 'databaseTree'>;
  readonly store: Pick<Store, 'health'>;
  readonly health: () => ServiceHealth;
  /** Where the dialplan is told that the gate is. */
  readonly gateAddress: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where the database came from at the start. */
  readonly origin?: Snapshot['origin'] | undefined;
  readonly console?: () => ConsoleView;
  /** The channels for alerts that are configured. */
  readonly alerts?: () => readonly ChannelState[];
}

const SHORT_MS = 2000;
/** A whole list of contacts or of AstDB. */
const LONG_MS = 10_000;
/** What is under way between Asterisk and the service has arrived by then. */
const SETTLES_MS = 1500;

/** @param questions the doctor's own questions to the gate so far */
export async function gatherFacts(deps: DoctorDeps, questions: number): Promise<Facts> {
  const { config, service, now } = deps;
  const health = deps.health();
  const { table } = service;
  const names = table.names();
  const { host, port } = health.gate;
  const [configMode, secretModes, events, contacts, answer, dialplan, astdb, store, writable] =
    await Promise.all([
      modeOf(config.path),
      Promise.all(secretFiles(config).map(async (path) => ({ path, mode: await modeOf(path) }))),
      health.asterisk.adapter === 'ami'
        ? probe(5000, () => provokeEvents(amiLogin(config), 4000))
        : undefined,
      probe(2 * LONG_MS, () => compareContacts(deps.asterisk, table, SETTLES_MS)),
      probe(SHORT_MS, () => askGate(host, port, 1000)),
      probe(SHORT_MS, () => dialplanOf(deps.asterisk)),
      probe(2 * LONG_MS, () =>
        compareAstdb(() => deps.asterisk.databaseTree(FAMILY), wanted(deps), SETTLES_MS),
      ),
      probe(SHORT_MS, () => deps.store.health()),
      probe(SHORT_MS, () => checkWritable(config.log.path)),
    ]);
  return {
    node: process.version,
    watched: process.send !== undefined && process.connected,
    health,
    now: now(),
    configMode,
    secretModes,
    events,
    hostNames: hostNamesOf(table),
    extensions: {
      listed: names.filter((name) => table.isListed(name)).length,
      locked: names.filter((name) => table.lockInForce(name).lock !== undefined).length,
      loaded: table.loaded,
      contactsListed: table.contactsListed,
    },
    ...{ contacts, answer, dialplan, astdb, store },
    way: { asteriskHost: asteriskHost(config), gateAddress: deps.gateAddress() },
    calls: Math.max(0, health.gate.answered - questions),
    origin: deps.origin,
    alerts: deps.alerts?.() ?? [],
    console: deps.console?.() ?? { url: null, failure: null },
    log: { path: config.log.path, writable },
  };
}

function modeOf(path: string): Promise<Facts['configMode']> {
  return probe(SHORT_MS, async () => (await stat(path)).mode & 0o777);
}

function secretFiles(config: Config): string[] {
  const named = [
    ...[config.ami['secret-file'], config.ari['secret-file'], config.console['tls-key']],
    ...[config['alerts.email']['password-file'], config['alerts.webhook']['secret-file']],
  ];
  return [...new Set(named)].filter((path) => path !== '');
}

function amiLogin({ ami }: Config): Parameters<typeof provokeEvents>[0] {
  const ca = ami['tls-ca'];
  const tls = ami.tls ? (ca === '' ? {} : { ca: readFileSync(ca, 'utf8') }) : undefined;
  return { endpoint: { host: ami.host, port: ami.port, tls }, user: ami.user, secret: ami.secret };
}

function asteriskHost({ asterisk, ami, ari }: Config): string {
  return asterisk.adapter === 'ari' ? new URL(ari.url).hostname : ami.host;
}

async function dialplanOf(asterisk: DoctorDeps['asterisk']): Promise<{ callerId: string[]; gate: string[] }> {
  const [callerId, gate] = await Promise.all([
    asterisk.dialplanOf('macro-user-callerid', 's'),
    asterisk.dialplanOf('device-lock', 's'),
  ]);
  return { callerId, gate };
}

/** What AstDB should hold, worked out anew at each call. */
function wanted({ config, service, now }: DoctorDeps): () => Map<string, string> {
  const memory = { ...service, gate: config.gate, now };
  return () =>
    new Map([
      ...entriesOfSystem(memory),
      ...service.table.names().flatMap((name) => [...entriesOfExtension(name, memory)]),
    ]);
}

async function checkWritable(path: string): Promise<true> {
  if (path !== '-') await access(path, constants.W_OK);
  return true;
}

function hostNamesOf(table: ExtensionTable): Facts['hostNames'] {
  const unknown = table.unknownHostNames;
  return { known: table.hostNames.size - unknown.length, unknown };
}
