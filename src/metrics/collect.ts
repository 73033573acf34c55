/** All figures of the service, gathered when they are asked for; whatever does not answer is left out. */
import { setImmediate as turn } from 'node:timers/promises';
import type { ChannelState } from '../notify/courier.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { ViolationBook } from '../state/violation-book.ts';
import type { StoreHealth } from '../store/store.ts';
import { counter, type Family, gauge, render, type Sample } from './exposition.ts';
import type { Tallies } from './tallies.ts';

export interface MetricsSources {
  readonly tallies: Tallies;
  readonly table: ExtensionTable;
  readonly book: ViolationBook;
  readonly health: () => {
    readonly version: string;
    readonly node: string;
    /** Milliseconds since the epoch, as all times here. */
    readonly started: number;
    readonly asterisk: { readonly adapter: string; readonly connected: boolean };
    readonly gate: { readonly faults: number; readonly connections: number };
    readonly astdb: {
      readonly inStep: boolean;
      readonly pending: number;
      readonly heartbeatAt: number | undefined;
    };
  };
  readonly store: () => Promise<StoreHealth>;
  readonly channels: () => readonly ChannelState[];
  readonly troubles: () => readonly { readonly key: string }[];
  readonly process: () => readonly Family[];
}

/** Extensions counted before calls get their turn. */
const SLICE = 200;

export function metricsOf(sources: MetricsSources): () => Promise<string> {
  return async () => {
    const [counted, store] = await Promise.all([countExtensions(sources), storeFamilies(sources)]);
    return render([
      ...healthFamilies(sources),
      ...counted,
      ...sources.tallies.families(),
      ...store,
      ...alertFamilies(sources),
      ...sources.process(),
    ]);
  };
}

function healthFamilies({ health, troubles }: MetricsSources): Family[] {
  const { version, node, started, asterisk, gate, astdb } = health();
  const beat = astdb.heartbeatAt;
  return [
    gauge('device_lock_info', 'The version that runs.', [
      { labels: { version, node, adapter: asterisk.adapter }, value: 1 },
    ]),
    gauge('device_lock_start_time_seconds', 'When the service started, since the epoch.', started / 1000),
    gauge('device_lock_asterisk_connected', '1 while Asterisk is connected.', Number(asterisk.connected)),
    counter('device_lock_gate_faults_total', 'Sessions at the gate without a good answer.', gate.faults),
    gauge('device_lock_gate_connections', 'Sessions at the gate that are open.', gate.connections),
    gauge('device_lock_astdb_in_step', '1 while AstDB holds what it should.', Number(astdb.inStep)),
    gauge('device_lock_astdb_pending', 'Extensions whose entries wait to be written.', astdb.pending),
    gauge(
      'device_lock_astdb_heartbeat_timestamp_seconds',
      'When Asterisk last took a heartbeat, since the epoch.',
      beat === undefined ? [] : [{ value: beat / 1000 }],
    ),
    gauge(
      'device_lock_troubles',
      'Troubles of the service that last, as alerts tell them.',
      troubles().length,
    ),
  ];
}

async function countExtensions({ table, book }: MetricsSources): Promise<Family[]> {
  const contacts = { right: 0, wrong: 0, unlocked: 0 };
  let [locked, done, open] = [0, 0, 0];
  for (const name of table.extensions()) {
    if (table.lockInForce(name).lock !== undefined) locked++;
    for (const { matches } of table.contacts(name)) {
      if (matches === undefined) contacts.unlocked++;
      else contacts[matches ? 'right' : 'wrong']++;
    }
    if (++done % SLICE === 0) await turn();
  }
  for (const _ of book.allOpen()) open++;
  return [
    gauge('device_lock_extensions', 'Extensions that Asterisk lists.', table.listedCount),
    gauge('device_lock_extensions_locked', 'Extensions with a lock in force.', locked),
    gauge(
      'device_lock_contacts',
      'Live registrations: of the right device, of a wrong one, or where no lock is in force.',
      Object.entries(contacts).map<Sample>(([device, value]) => ({ labels: { device }, value })),
    ),
    gauge('device_lock_violations_open', 'Violations that are open.', open),
  ];
}

async function storeFamilies({ store }: MetricsSources): Promise<Family[]> {
  const { pending, dropped, bytes, freeBytes, failure } = await store();
  return [
    gauge('device_lock_store_pending', 'Writes that wait for the disk.', pending),
    counter('device_lock_store_dropped_total', 'Writes given up while the disk refused.', dropped),
    gauge('device_lock_store_bytes', 'Size of the database.', bytes),
    gauge('device_lock_store_free_bytes', 'What its disk has left.', freeBytes),
    gauge(
      'device_lock_store_failing',
      '1 while the database cannot be written.',
      Number(failure !== undefined),
    ),
  ];
}

function alertFamilies({ channels }: MetricsSources): Family[] {
  const states = channels();
  const each = (value: (state: ChannelState) => number) =>
    states.map<Sample>((state) => ({ labels: { channel: state.channel }, value: value(state) }));
  return [
    gauge(
      'device_lock_alerts_queued',
      'Alerts that wait.',
      each(({ queued }) => queued),
    ),
    counter(
      'device_lock_alerts_sent_total',
      'Alerts sent.',
      each(({ sent }) => sent),
    ),
    counter(
      'device_lock_alerts_dropped_total',
      'Alerts dropped because too many waited.',
      each(({ dropped }) => dropped),
    ),
    counter(
      'device_lock_alerts_given_up_total',
      'Alerts that nobody took for a day.',
      each(({ givenUp }) => givenUp),
    ),
    gauge(
      'device_lock_alerts_failing',
      '1 while the channel fails.',
      each(({ failingSince }) => Number(failingSince !== undefined)),
    ),
  ];
}
