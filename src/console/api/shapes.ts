/** What the page takes from the API, in the API's own shapes, and what it asks for. Types only. */
import type { SettingsView } from '../../api/shapes.ts';
import type { Alternative } from '../../domain/lock.ts';
import type { Options } from '../../domain/policy.ts';

export type {
  AuditView,
  BulkReportView as BulkReport,
  CallView,
  ContactView,
  ExportDocument,
  ExtensionView,
  GrantView,
  LiveChange,
  LockTrial,
  LockView,
  ModelProposal,
  ModelTrial,
  ModelView,
  NewEnrolmentView,
  OverviewContact,
  OverviewRow,
  OverviewView,
  Preview,
  ReactionView,
  SessionView as Session,
  SettingsView,
  SightingView,
  StatusView,
  ViolationView,
} from '../../api/shapes.ts';
export type { Finding } from '../../doctor/finding.ts';
export type { Alternative, Mode } from '../../domain/lock.ts';

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
