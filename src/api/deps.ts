/** What the API is built on. The composition root hands it over; the API makes none of it and closes none of it. */
import type { Finding } from '../doctor/finding.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Logger } from '../log/logger.ts';
import type { OpenTrouble } from '../notify/conditions.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Accounts } from '../operator/accounts.ts';
import type { Enrolment } from '../operator/enrolment.ts';
import type { Grants } from '../operator/grants.ts';
import type { Library } from '../operator/library.ts';
import type { Operator } from '../operator/operator.ts';
import type { AttackToolTest } from '../phone-library/attack-tools.ts';
import type { ReactionCounts } from '../reaction/reactions.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { ViolationBook } from '../state/violation-book.ts';
import type { Store } from '../store/store.ts';
import type { DialplanView } from './shapes.ts';
import type { ConsoleOptions } from './tcp/door.ts';

/** What a User-Agent says of the phone that sent it. */
export interface Identity {
  readonly vendor?: string | undefined;
  readonly model?: string | undefined;
  readonly firmware?: string | undefined;
  readonly mac?: string | undefined;
}

/** How the service is, as only the composition root knows it; the API adds what the other parts can tell. */
export interface ServiceHealth {
  readonly version: string;
  /** As `process.version` says it. */
  readonly node: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly started: number;
  /** The configuration file. */
  readonly config: string;
  readonly asterisk: {
    readonly adapter: 'ami' | 'ari';
    readonly connected: boolean;
    /** Of Asterisk, as it says it; undefined before the first connect. */
    readonly version: string | undefined;
    /** When the connection last came or went, in milliseconds since the epoch; undefined before the first. */
    readonly since: number | undefined;
    /** When anything was last heard of Asterisk by itself, in milliseconds since the epoch. */
    readonly lastEvent: number | undefined;
  };
  /** What was done by itself since the start. */
  readonly reactions: ReactionCounts;
  readonly gate: {
    readonly host: string;
    readonly port: number;
    /** Questions answered since the start. */
    readonly answered: number;
    /** Sessions that ended without a good answer since the start. */
    readonly faults: number;
    /** Microseconds from the whole question to the answer; undefined before the first. */
    readonly p50: number | undefined;
    readonly p99: number | undefined;
    /** Open now. */
    readonly connections: number;
  };
  readonly astdb: {
    readonly inStep: boolean;
    /** Extensions whose entries wait to be written. */
    readonly pending: number;
    /** When Asterisk last took a beat, in milliseconds since the epoch. */
    readonly heartbeatAt: number | undefined;
  };
}

export interface ApiDeps {
  /** Where the Unix socket goes, at most 107 bytes. */
  readonly socket: string;
  /** A group's name or number that may use the socket besides the service's user; empty leaves the service's own. */
  readonly group: string;
  readonly table: ExtensionTable;
  readonly book: ViolationBook;
  readonly operator: Operator;
  readonly accounts: Accounts;
  readonly console: ConsoleOptions;
  readonly enrolment: Enrolment;
  readonly grants: Grants;
  readonly library: Library;
  readonly store: Pick<
    Store,
    | 'violations'
    | 'violationDays'
    | 'sightings'
    | 'lastSightings'
    | 'contactsSince'
    | 'calls'
    | 'reactions'
    | 'reactionsOf'
    | 'audit'
    | 'deliveries'
    | 'health'
  >;
  readonly events: EventLog;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly identify: (userAgent: string) => Identity;
  readonly isAttackTool: AttackToolTest;
  readonly health: () => ServiceHealth;
  readonly dialplan: () => DialplanView;
  readonly doctor: () => Promise<readonly Finding[]>;
  /** The figures in Prometheus's text format. */
  readonly metrics: () => Promise<string>;
  readonly alerts: {
    readonly notifier: Pick<Notifier, 'states' | 'test'>;
    readonly troubles: readonly OpenTrouble[];
  };
}
