/** All that the doctor looks at, gathered once; the examinations are pure functions of it. */
import type { ServiceHealth } from '../api/deps.ts';
import type { ConsoleView } from '../api/shapes.ts';
import type { ChannelState } from '../notify/courier.ts';
import type { Snapshot, StoreHealth } from '../store/store.ts';
import type { Probe } from './probe.ts';

/** What an AMI login of the doctor's own heard of itself. */
export interface EventTest {
  /** FullyBooted came: the user may read `system`. */
  readonly system: boolean;
  /** The login's own SuccessfulAuth came: the user may read `security`. */
  readonly security: boolean;
  /** Asterisk's clock less ours, in milliseconds; undefined where no event told. */
  readonly skew: number | undefined;
}

/** Asterisk's contacts beside the service's, twice with a little while between: only what stayed different counts. */
export interface ContactComparison {
  readonly listed: number;
  /** Extensions whose contacts the service does not have as Asterisk has them. */
  readonly different: readonly string[];
}

export interface AstdbComparison {
  /** Keys below CUSTOMLOCK that are as they should be. */
  readonly right: number;
  readonly wrong: readonly string[];
}

export interface DialplanLines {
  /** `s@macro-user-callerid`, where FreePBX sends every call; empty on plain Asterisk. */
  readonly callerId: readonly string[];
  /** `s@device-lock`. */
  readonly gate: readonly string[];
}

export interface GateAnswer {
  /** What it set DEVICELOCK_VERDICT to. */
  readonly verdict: string;
  readonly ms: number;
}

export interface Facts {
  readonly node: string;
  readonly watched: boolean;
  readonly health: ServiceHealth;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Permission bits of the configuration file. */
  readonly configMode: Probe<number>;
  /** Of the files with a secret that the configuration names. */
  readonly secretModes: readonly { readonly path: string; readonly mode: Probe<number> }[];
  /** undefined where there is nothing to test by: over ARI. */
  readonly events: Probe<EventTest> | undefined;
  readonly extensions: {
    readonly listed: number;
    readonly locked: number;
    readonly loaded: boolean;
    readonly contactsListed: boolean;
  };
  readonly contacts: Probe<ContactComparison>;
  readonly answer: Probe<GateAnswer>;
  /** Where Asterisk is, and where its dialplan is told that the gate is. */
  readonly way: { readonly asteriskHost: string; readonly gateAddress: string };
  /** Calls the gate answered since the start, the doctor's own questions left out. */
  readonly calls: number;
  readonly dialplan: Probe<DialplanLines>;
  readonly astdb: Probe<AstdbComparison>;
  readonly store: Probe<StoreHealth>;
  /** undefined where nobody told. */
  readonly origin: Snapshot['origin'] | undefined;
  /** Hosts' names among the allowed networks: how many stand for something, and which were never looked up. */
  readonly hostNames: { readonly known: number; readonly unknown: readonly string[] };
  /** The channels that are configured. */
  readonly alerts: readonly ChannelState[];
  readonly console: ConsoleView;
  readonly log: { readonly path: string; readonly writable: Probe<true> };
}
