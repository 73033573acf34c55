/**
 * The shapes of the API's answers, version 1: every field is always there, `null` where there is nothing to say, times in
 * ISO 8601. Fields may be added; none changes its meaning. Types only: whoever speaks to the API imports these.
 */

import type { Role } from '../domain/account.ts';
import type { Alert, ChannelName, Delivery, Severity } from '../domain/alert.ts';
import type { CallOutcome } from '../domain/call-record.ts';
import type { Proof } from '../domain/contact.ts';
import type { FaultCode } from '../domain/fault.ts';
import type { Alternative, LockMode, LockSource, Mode } from '../domain/lock.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import type { Options } from '../domain/policy.ts';
import type { ReactionKind } from '../domain/reaction.ts';
import type { Judgement } from '../domain/verdict.ts';
import type { SeenBy, ViolationEnd } from '../domain/violation.ts';

/** A User-Agent: the text; null where the message had none; for a malformed one, a harmless rendering and why. */
export interface DeviceView {
  readonly userAgent: string | null;
  readonly userAgentFault: string | null;
}

/** What a User-Agent says of its phone. */
export interface IdentityView {
  readonly vendor: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly mac: string | null;
}

export interface ContactView extends DeviceView, IdentityView {
  readonly id: string;
  readonly uri: string;
  /** `192.0.2.1:5060`. */
  readonly address: string | null;
  /** `seen` by Asterisk's socket, or only `claimed` by the message. */
  readonly addressProof: Proof | null;
  readonly expires: string;
  /** null where no lock is in force. */
  readonly matches: boolean | null;
}

/** The lock in force, and how it is applied. */
export interface LockView extends Options {
  readonly source: LockSource;
  readonly kind: LockMode;
  readonly alternatives: readonly Alternative[];
  /** What it accepts besides, each until its end. */
  readonly grants: readonly GrantView[];
}

/** An alternative with an end. */
export interface GrantView {
  readonly alternative: Alternative;
  readonly until: string;
}

/** What the operator decided for the extension itself; null is inherited. */
export type PolicyView = { readonly [K in keyof Options]: Options[K] | null } & {
  readonly alternatives: readonly Alternative[] | null;
  /** They count where a lock is in force. */
  readonly grants: readonly GrantView[];
};

export interface ExtensionSummary {
  readonly extension: string;
  readonly label: string | null;
  /** Asterisk lists it. */
  readonly listed: boolean;
  readonly lock: LockView;
  readonly contacts: readonly (DeviceView & Pick<ContactView, 'address' | 'matches'>)[];
  readonly openViolations: number;
}

/** One extension as the console's table shows it. */
export interface OverviewRow extends Omit<ExtensionSummary, 'contacts'> {
  /** Its own mode; null is inherited. */
  readonly policyMode: Mode | null;
  /** When its one-time code ends; null where none is good now. */
  readonly codeExpires: string | null;
  readonly contacts: readonly OverviewContact[];
  readonly lastSeen: LastSeen | null;
  /** The phone library has its current, else its last User-Agent; null where it never named one. */
  readonly known: boolean | null;
  /** On how many violations it was seen on each of the last seven days of the server's calendar, oldest first. */
  readonly violationDays: readonly number[];
}

export interface OverviewContact extends DeviceView, Omit<IdentityView, 'mac'> {
  readonly address: string | null;
  readonly matches: boolean | null;
  readonly expires: string;
  /** Since when this device registers from this IP; null where that is not remembered. */
  readonly since: string | null;
}

export interface LastSeen extends DeviceView, Omit<IdentityView, 'mac' | 'firmware'> {
  readonly address: string | null;
  readonly at: string;
}

export interface OverviewView {
  readonly extensions: readonly OverviewRow[];
  /** false: the database gave no answer, and what it remembers (`lastSeen`, `since`, `violationDays`) is missing. */
  readonly history: boolean;
  readonly at: string;
}

export interface ExtensionPolicyView {
  readonly extension: string;
  readonly lock: LockView;
  readonly policy: PolicyView;
}

export interface ExtensionView extends ExtensionPolicyView {
  readonly label: string | null;
  readonly listed: boolean;
  /** The one-time code that is good now. */
  readonly enrolment: EnrolmentView | null;
  readonly contacts: readonly ContactView[];
  readonly violations: readonly ViolationView[];
  readonly sightings: readonly SightingView[];
  readonly calls: readonly CallView[];
  /** What was done by itself, the latest first. */
  readonly reactions: readonly ReactionView[];
}

/** What was done by itself in one violation, counted. */
export interface ReactionView extends DeviceView {
  readonly extension: string;
  readonly violation: number;
  readonly kind: ReactionKind;
  readonly address: string | null;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly count: number;
}

/** A phone model made of a User-Agent that was seen, for an operator to correct and save. */
export interface ModelProposal {
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  readonly pattern: string;
  readonly matches: readonly string[];
  readonly rejects: readonly string[];
  /** Extensions that a phone is registered at which the pattern accepts. */
  readonly covers: readonly string[];
  /** The phone model that accepts the User-Agent already. */
  readonly existing: string | null;
}

export interface ModelTrial {
  readonly ok: boolean;
  readonly problems: readonly {
    readonly field: 'pattern' | 'matches' | 'rejects';
    /** Which of the samples, from 0; null where it is about none or all. */
    readonly index: number | null;
    readonly message: string;
  }[];
  readonly covers: readonly string[];
}

/** What a lock would make of the phones that are registered, and of those seen lately. */
export interface LockTrial {
  readonly contacts: readonly (ContactView & { readonly matches: boolean })[];
  readonly sightings: readonly (SightingView & { readonly matches: boolean })[];
}

/** What would come of a change. The lists hold the first thousand each. */
export interface Preview {
  readonly changes: readonly {
    readonly extension: string;
    readonly lockBefore: LockView;
    readonly lockAfter: LockView;
  }[];
  /** Registered phones whose calls would be refused (in `monitor`: recorded), and are not now. */
  readonly wouldViolate: readonly (DeviceView & {
    readonly extension: string;
    readonly address: string | null;
    readonly reason: string;
  })[];
  readonly wouldEnd: readonly ViolationView[];
  /** Those the change cannot be made for. */
  readonly failed: BulkReportView['failed'];
  readonly counts: {
    readonly changed: number;
    readonly wouldViolate: number;
    readonly wouldEnd: number;
    readonly failed: number;
  };
  /** The lists hold all that is counted. */
  readonly complete: boolean;
}

export interface BulkReportView {
  readonly done: readonly string[];
  readonly failed: readonly {
    readonly extension: string;
    readonly code: FaultCode;
    readonly message: string;
  }[];
}

export interface ViolationView extends DeviceView {
  readonly id: number;
  readonly extension: string;
  readonly address: string | null;
  readonly reason: string;
  readonly by: readonly SeenBy[];
  readonly mode: Mode;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly registers: number;
  readonly calls: number;
  readonly dialled: string | null;
  readonly ended: { readonly at: string; readonly how: ViolationEnd } | null;
}

export interface SightingView extends DeviceView, IdentityView {
  readonly extension: string;
  readonly address: string | null;
  readonly by: SeenBy;
  readonly matched: boolean | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly count: number;
}

export interface CallView extends DeviceView {
  readonly at: string;
  readonly extension: string;
  readonly dialled: string;
  readonly address: string | null;
  readonly reason: string;
  readonly outcome: CallOutcome;
  readonly violation: number | null;
  readonly linkedId: string;
}

export interface AuditView {
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly target: string;
  readonly detail: string;
}

/** What a page may have to load again. */
export type Topic = 'extensions' | 'violations' | 'settings' | 'models' | 'status' | 'audit';

export interface LiveChange {
  readonly topics: readonly Topic[];
  /** null: any. */
  readonly extensions: readonly string[] | null;
  readonly at: string;
}

export interface SettingsView extends Options {
  readonly fallback: string | null;
}

/** What the dialplan has to know of the configuration, for whoever writes it. */
export interface DialplanView {
  /** `127.0.0.1:4580`: where the gate asks. */
  readonly gate: string;
  /** As they are dialled; with a leading `_`, patterns of Asterisk's. */
  readonly emergencyNumbers: readonly string[];
  readonly whenUnavailable: string;
  readonly refusal: string;
  /** What a person dials before a one-time code; empty where there is none. */
  readonly featureCode: string;
}

/** A one-time code that is good now, but never the code. */
export interface EnrolmentView {
  readonly extension: string;
  readonly issued: string;
  readonly expires: string;
  readonly by: string;
}

/** The only answer that holds a code. */
export interface NewEnrolmentView extends EnrolmentView {
  readonly code: string;
  readonly featureCode: string;
  /** The address that the mail server took it for; null where none was asked for. */
  readonly mailed: string | null;
}

export interface ModelView extends PhoneModel {
  /** As the project ships it; false where an operator wrote or edited it. */
  readonly shipped: boolean;
}

export interface StatusView {
  readonly version: string;
  readonly node: string;
  readonly pid: number;
  readonly started: string;
  /** Seconds. */
  readonly uptime: number;
  readonly config: string;
  readonly settings: SettingsView;
  readonly console: ConsoleView;
  readonly asterisk: {
    readonly adapter: string;
    readonly connected: boolean;
    readonly version: string | null;
    readonly since: string | null;
    readonly lastEvent: string | null;
  };
  readonly gate: {
    readonly host: string;
    readonly port: number;
    readonly answered: number;
    readonly faults: number;
    /** Microseconds. */
    readonly p50: number | null;
    readonly p99: number | null;
    readonly connections: number;
  };
  readonly astdb: { readonly inStep: boolean; readonly pending: number; readonly heartbeatAt: string | null };
  readonly store: {
    readonly path: string | null;
    readonly schema: number | null;
    readonly bytes: number | null;
    readonly freeBytes: number | null;
    readonly pending: number | null;
    readonly dropped: number | null;
    readonly failure: string | null;
  };
  /** What was done by itself since the start. */
  readonly reactions: {
    readonly evicted: number;
    readonly restored: number;
    readonly hungUp: number;
    /** Extensions where the next eviction waits, because there were so many. */
    readonly held: number;
  };
  readonly counts: {
    readonly extensions: number;
    readonly locked: number;
    readonly contacts: number;
    readonly openViolations: number;
  };
}

/** One way by which people are told. */
export interface ChannelView {
  readonly channel: ChannelName;
  /** Where it leads; never a secret. */
  readonly target: string;
  /** The least that goes out by it. */
  readonly severity: Severity;
  readonly queued: number;
  /** Alerts since the start. */
  readonly sent: number;
  readonly givenUp: number;
  readonly dropped: number;
  readonly lastSent: string | null;
  readonly failingSince: string | null;
  readonly error: string | null;
  readonly nextTry: string | null;
}

/** Something of the service itself that fails, and has for a while. */
export interface TroubleView {
  readonly trouble: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  readonly actions: readonly string[];
  readonly since: string;
}

/** One alert on its way out by one channel. */
export interface DeliveryView extends Pick<Alert, 'id' | 'kind' | 'severity' | 'title' | 'data'> {
  readonly at: string;
  readonly channel: ChannelName;
  readonly state: Delivery['state'];
  readonly attempts: number;
  readonly settledAt: string | null;
  readonly error: string | null;
}

export interface AlertsView {
  readonly channels: readonly ChannelView[];
  readonly troubles: readonly TroubleView[];
  /** Newest first. */
  readonly alerts: readonly DeliveryView[];
}

export interface AlertTestView {
  readonly results: readonly {
    readonly channel: ChannelName;
    readonly target: string;
    readonly sent: boolean;
    readonly error: string | null;
    /** Milliseconds that it took. */
    readonly ms: number;
  }[];
}

/** What decided a call: one of the rules, in the order in which they are asked. */
export type CheckRule =
  | 'no-extension'
  | 'no-lock'
  | 'user-agent'
  | 'wrong-device-registered'
  | 'require-registration'
  | 'networks'
  | 'newer-firmware'
  | 'matches'
  | 'not-known-yet';

export interface CheckView extends DeviceView {
  readonly extension: string;
  readonly address: string | null;
  /** What the dialplan would be told: in `monitor` a deny is answered allow. */
  readonly answer: 'allow' | 'deny' | 'unknown';
  /** What the rules say, whatever the mode. */
  readonly verdict: 'allow' | 'deny' | 'unknown';
  readonly reason: string;
  readonly role: Judgement['role'];
  readonly mode: Mode;
  readonly lock: LockView;
  readonly rule: CheckRule;
  /** Every alternative of the lock in force, and whether it accepts the User-Agent. */
  readonly alternatives: readonly { readonly alternative: Alternative; readonly matches: boolean }[];
  /** The contact at the call's address that decided, where one did. */
  readonly contact: ContactView | null;
}

/** What an operator decided, for another machine or a better day. */
export interface ExportDocument {
  readonly format: 'device-lock';
  readonly version: 1;
  readonly exported?: string;
  readonly settings?: Partial<SettingsView>;
  readonly policies?: Readonly<Record<string, Partial<PolicyView>>>;
  /** The models an operator added or edited. */
  readonly models?: readonly PhoneModel[];
  /** Shipped models an operator removed. */
  readonly hiddenModels?: readonly string[];
}

/** What an import took, or would take. What the document does not name stays as it is. */
export interface ImportReport {
  readonly dryRun: boolean;
  readonly settings: 'changed' | 'same' | 'absent';
  readonly policies: {
    readonly added: readonly string[];
    readonly changed: readonly string[];
    readonly same: number;
  };
  readonly models: {
    readonly added: readonly string[];
    readonly changed: readonly string[];
    readonly removed: readonly string[];
    readonly same: number;
  };
}

/** Who is signed in. */
export interface SessionView {
  readonly user: string;
  readonly role: Role;
  /** To be sent along as `X-Device-Lock-Token` with every change; empty where a token was shown instead. */
  readonly csrf: string;
}

export interface UserView {
  readonly name: string;
  readonly role: Role;
  readonly made: string;
  /** When the password was set last. */
  readonly changed: string;
}

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly made: string;
  readonly expires: string | null;
}

/** Where the console is open; both null where it is off, or there is neither a user nor a token. */
export interface ConsoleView {
  readonly url: string | null;
  readonly failure: string | null;
}
