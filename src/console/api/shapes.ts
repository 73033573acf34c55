/** What the routes made for this page give and take; the other shapes are those of the API itself. Types only. */
import type { DeviceView, ExtensionSummary, IdentityView, SettingsView } from '../../api/shapes.ts';
import type { Alternative, Mode } from '../../domain/lock.ts';
import type { Options } from '../../domain/policy.ts';

export type {
  AuditView,
  CallView,
  ContactView,
  ExtensionView,
  LockView,
  ModelView,
  SettingsView,
  SightingView,
  StatusView,
  ViolationView,
} from '../../api/shapes.ts';
export type { Finding } from '../../doctor/finding.ts';
export type { Alternative, Mode } from '../../domain/lock.ts';

export interface Session {
  readonly user: string;
  readonly role: 'viewer' | 'operator';
  readonly csrf: string;
}

export interface OverviewContact extends DeviceView {
  readonly address: string | null;
  readonly matches: boolean | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly expires: string | null;
  readonly since: string | null;
}

export interface LastSeen extends DeviceView {
  readonly address: string | null;
  readonly at: string;
  readonly vendor: string | null;
  readonly model: string | null;
}

export interface OverviewRow extends Omit<ExtensionSummary, 'contacts'> {
  readonly policyMode: Mode | null;
  readonly contacts: readonly OverviewContact[];
  readonly lastSeen: LastSeen | null;
  /** The current or last User-Agent is in the phone library; null where none was seen. */
  readonly known: boolean | null;
  /** Violations a day, oldest first. */
  readonly violationDays: readonly number[];
}

export type WishedAlternative = Alternative | { readonly kind: 'this-device' };

/** `null` is the system's decision again. */
export type OptionsWish = { readonly [K in keyof Options]?: Options[K] | null };

/** What is asked for one extension or for many. */
export interface PolicyWish extends OptionsWish {
  readonly alternatives?: readonly WishedAlternative[];
  readonly unlock?: true;
  readonly clear?: true;
}

export type Change =
  | { readonly settings: Partial<SettingsView> }
  | { readonly policies: Readonly<Record<string, PolicyWish>> };

export interface Preview {
  readonly changes: readonly {
    readonly extension: string;
    readonly lockBefore: unknown;
    readonly lockAfter: unknown;
  }[];
  readonly wouldViolate: readonly {
    readonly extension: string;
    readonly userAgent: string | null;
    readonly address: string | null;
    readonly reason: string;
  }[];
  readonly wouldEnd: readonly unknown[];
  readonly counts: { readonly changed: number; readonly wouldViolate: number; readonly wouldEnd: number };
}

export interface BulkReport {
  readonly done: readonly string[];
  readonly failed: readonly { readonly extension: string; readonly code: string; readonly message: string }[];
}

export interface ModelProposal {
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  readonly pattern: string;
  readonly matches: readonly string[];
  readonly rejects: readonly string[];
  readonly covers: readonly string[];
  readonly existing: string | null;
}

export interface ModelTrial {
  readonly ok: boolean;
  readonly problems: readonly { readonly field: string; readonly index?: number; readonly message: string }[];
  readonly covers: readonly string[];
}

export interface LockTrial {
  readonly contacts: readonly (DeviceView &
    Partial<IdentityView> & { readonly address: string | null; readonly matches: boolean })[];
  readonly sightings: readonly (DeviceView & {
    readonly address: string | null;
    readonly lastSeen?: string;
    readonly matches: boolean;
  })[];
}

export interface LiveChange {
  readonly topics: readonly string[];
  readonly extensions: readonly string[] | null;
}
