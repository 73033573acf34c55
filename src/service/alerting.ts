/** Alerts, put together: what is watched, what is told, and by which channels. */
import { hostname } from 'node:os';
import type { Config } from '../config/config.ts';
import { parseHours } from '../config/hours.ts';
import type { Finding } from '../doctor/finding.ts';
import { identify } from '../domain/identify.ts';
import type { Logger } from '../log/logger.ts';
import type { OpenTrouble } from '../notify/conditions.ts';
import { Notifier, type NotifierOptions } from '../notify/notifier.ts';
import { HealthWatch } from '../notify/watch-health.ts';
import { watchIncidents } from '../notify/watch-incidents.ts';
import type { Snapshot, Store } from '../store/store.ts';
import type { Service } from './service.ts';

export interface AlertingParts {
  readonly config: Config;
  readonly service: Pick<Service, 'table' | 'book' | 'events' | 'gate' | 'mirror' | 'asterisk' | 'gateBugs'>;
  readonly store: Pick<Store, 'putDelivery' | 'health'>;
  readonly snapshot: Pick<Snapshot, 'queuedDeliveries' | 'lastDelivered' | 'openViolations'>;
  readonly doctor: () => Promise<readonly Finding[]>;
  readonly logger: Logger;
  readonly now: () => number;
}

export interface Alerting {
  readonly notifier: Notifier;
  readonly troubles: readonly OpenTrouble[];
  start(): void;
  /** What waits is sent after the next start. */
  stop(): Promise<void>;
}

/** This machine's name, as a mail server takes it for a domain. */
export function machineName(): string {
  return hostname().replace(/[^A-Za-z0-9.-]/g, '-') || 'localhost';
}

export function createNotifier(
  parts: Pick<AlertingParts, 'config' | 'store' | 'snapshot' | 'now'> &
    Pick<NotifierOptions, 'channels' | 'announce'>,
): Notifier {
  const { config, snapshot, store, now, channels, announce } = parts;
  return new Notifier({
    ...{ channels, now, announce },
    quiet: parseHours(config.alerts['quiet-hours']),
    limit: config.alerts['queue-limit'],
    console: config.alerts.console,
    host: machineName(),
    queued: snapshot.queuedDeliveries,
    lastDelivered: snapshot.lastDelivered,
    put: (delivery) => store.putDelivery(delivery),
  });
}

export function createAlerting(parts: AlertingParts & { readonly notifier: Notifier }): Alerting {
  const { config, service, store, snapshot, doctor, logger, now, notifier } = parts;
  const { table, events } = service;
  const tell = notifier.tell.bind(notifier);
  const health = new HealthWatch({
    ...{ tell, logger, now, doctor },
    store: () => store.health(),
    signs: () => ({
      isAsteriskConnected: service.asterisk.connected,
      isAstdbInStep: service.mirror.inStep,
      gateFaults: service.gate.stats.faults,
      gateBugs: service.gateBugs,
    }),
    announce: (event, fields) => events.note(event, fields),
    asteriskAwayAfter: config.alerts['asterisk-away-after'] * 1000,
    // Where nobody would be told, the doctor comes when he is called.
    doctorEvery: notifier.isOff ? 0 : config.alerts['doctor-every'] * 60_000,
  });
  let stopWatching = () => {};
  return {
    notifier,
    get troubles() {
      return health.open;
    },
    start() {
      stopWatching = watchIncidents(events, {
        ...{ tell, identify, logger, now },
        label: (extension) => table.label(extension),
        lockInForce: (extension) => table.lockInForce(extension),
        open: snapshot.openViolations,
        emergencyCalls: config.alerts['emergency-calls'],
        costly: config.alerts['costly-numbers'],
        againAfter: config.alerts['again-after'] * 1000,
      });
      notifier.start();
      health.start();
    },
    async stop() {
      stopWatching();
      health.stop();
      await notifier.stop();
    },
  };
}
