/**
 * What the main thread and the database's thread say to each other. Everything here survives structured cloning:
 * plain data, Maps, no functions.
 */
import type { Delivery } from '../domain/alert.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { CallRecord } from '../domain/call-record.ts';
import type { Contact } from '../domain/contact.ts';
import type { Reaction } from '../domain/reaction.ts';
import type { Sighting } from '../domain/sighting.ts';
import type { Violation } from '../domain/violation.ts';
import type { Accounts, Change, NamedPage, Page, Snapshot, StoreFault, ViolationFilter } from './store.ts';

/** Trailing writes that go to disk in one transaction. */
export interface Batch {
  /** Unique for ever. One that was applied already is not applied again, so sending it anew is always safe. */
  readonly id: string;
  readonly violations: readonly Violation[];
  readonly calls: readonly CallRecord[];
  readonly deliveries: readonly Delivery[];
  readonly contacts: readonly Contact[];
  readonly goneContacts: readonly string[];
  readonly keptContacts: readonly (readonly [id: string, stored: string])[];
  readonly reactions: readonly Reaction[];
  readonly extensions: ReadonlyMap<string, string | undefined> | undefined;
  readonly sightings: readonly Sighting[];
}

/** Tables with a bound on age and on rows. */
export type BoundedTable = 'violations' | 'sightings' | 'calls' | 'reactions' | 'audit' | 'deliveries';

export interface PruneStep {
  readonly table: BoundedTable;
  /** Rows of before this time go; milliseconds since the epoch. */
  readonly before: number;
  readonly maxRows: number;
}

export interface FileFacts {
  readonly schema: number;
  readonly bytes: number;
  readonly freeBytes: number;
}

/** One long text and one array cross between threads at no cost; ten thousand little ones take their time. */
export interface PackedDays {
  /** One a line. */
  readonly extensions: string;
  /** For each extension, so many numbers as there are days. */
  readonly counts: Uint32Array;
}

/** Each question with its answer. */
export interface Questions {
  load: { ask: undefined; answer: Snapshot };
  accounts: { ask: undefined; answer: Accounts };
  /** The answer: why the change itself cannot be stored; undefined where it was. */
  commit: { ask: Change; answer: string | undefined };
  recovered: { ask: undefined; answer: undefined };
  /** The answer: how many rows the schema refused, and why the first one. */
  batch: { ask: Batch; answer: { readonly refused: number; readonly why: string | undefined } };
  violations: { ask: ViolationFilter; answer: Violation[] };
  violationDays: { ask: readonly number[]; answer: PackedDays };
  lastSightings: { ask: NamedPage; answer: Sighting[] };
  contactsSince: { ask: NamedPage; answer: (readonly [id: string, since: number])[] };
  sightings: { ask: { readonly extension: string } & Page; answer: Sighting[] };
  calls: { ask: { readonly extension?: string } & Page; answer: CallRecord[] };
  reactions: { ask: { readonly extension?: string } & Page; answer: Reaction[] };
  reactionsOf: { ask: readonly number[]; answer: Reaction[] };
  audit: { ask: { readonly target?: string } & Page; answer: AuditEntry[] };
  deliveries: { ask: Page; answer: Delivery[] };
  /** The answer: how many rows are still to go at least; 0 where none is. */
  prune: { ask: PruneStep; answer: number };
  facts: { ask: undefined; answer: FileFacts };
  close: { ask: undefined; answer: undefined };
}

export type QuestionKind = keyof Questions;
export type Ask<K extends QuestionKind> = Questions[K]['ask'];
export type Answer<K extends QuestionKind> = Questions[K]['answer'];

export interface Request<K extends QuestionKind = QuestionKind> {
  readonly id: number;
  readonly kind: K;
  readonly ask: Ask<K>;
  /** On the clock of {@link monotonic}: later, nobody waits for the answer, and nothing may be changed any more. */
  readonly expires: number;
}

export interface Refusal {
  readonly fault: StoreFault;
  readonly message: string;
  readonly hint: string;
}

/** The first message says whether the database is open; then each answers the request of its id. */
export type Reply =
  | { readonly id: 'open'; readonly path: string }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: 'open' | number; readonly refusal: Refusal };

/** Milliseconds on a clock that all threads share and nobody sets. */
export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
