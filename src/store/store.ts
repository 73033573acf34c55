/**
 * What is remembered on disk. SQLite remembers, memory answers calls: nothing here is ever awaited on the way to a
 * verdict. Durable writes resolve once a power cut cannot lose them; trailing ones are on disk within a second.
 */

import type { Token, User } from '../domain/account.ts';
import type { ChannelName, Delivery } from '../domain/alert.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { CallRecord } from '../domain/call-record.ts';
import type { Contact } from '../domain/contact.ts';
import type { EnrolmentCode } from '../domain/enrolment.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import type { ExtensionPolicy, Settings } from '../domain/policy.ts';
import type { Reaction } from '../domain/reaction.ts';
import type { Sighting } from '../domain/sighting.ts';
import type { Violation } from '../domain/violation.ts';

/** A phone model that an operator added or edited, or a shipped one that was removed. */
export interface StoredModel {
  readonly id: string;
  /** undefined: the shipped model of this id is hidden. */
  readonly model: PhoneModel | undefined;
}

/** All the service needs in memory, read once at the start. */
export interface Snapshot {
  readonly policies: ReadonlyMap<string, ExtensionPolicy>;
  readonly models: readonly StoredModel[];
  readonly settings: Settings;
  /** The extensions Asterisk listed last, with their labels. */
  readonly extensions: ReadonlyMap<string, string | undefined>;
  /** The contacts that were live at the last write; their `seen` sources outlive a restart. */
  readonly contacts: readonly Contact[];
  /** Of some of these contacts, what Asterisk itself had stored: id → its record. */
  readonly keptContacts: ReadonlyMap<string, string>;
  readonly openViolations: readonly Violation[];
  /** Ended by an operator, while the device stayed registered as it was. */
  readonly clearedViolations: readonly Violation[];
  readonly nextViolationId: number;
  /** Alerts that were not sent yet, oldest first, and when each channel last took one. */
  readonly queuedDeliveries: readonly Delivery[];
  readonly lastDelivered: ReadonlyMap<ChannelName, number>;
  /** One-time codes by extension, also those that are over. */
  readonly enrolments: ReadonlyMap<string, EnrolmentCode>;
  /**
   * `existing`: an intact database. `new`: there was none. `replaced`: it was damaged, was set aside as `setAside`,
   * and an empty one took its place. The latter two stay so, over restarts, until {@link Store.recovered}: the locks of
   * before, where there were any, must be recovered from AstDB first.
   */
  readonly origin:
    | { readonly kind: 'existing' | 'new' }
    | { readonly kind: 'replaced'; readonly setAside: string };
}

/** One operator's change: all of it and its audit entry are written together, or nothing is. */
export interface Change {
  readonly policies?: ReadonlyMap<string, ExtensionPolicy | undefined>;
  readonly models?: readonly StoredModel[];
  /** Ids whose operator's version is forgotten; a shipped model of the id shows again. */
  readonly forgetModels?: readonly string[];
  readonly settings?: Settings;
  /** By name; undefined removes the user. */
  readonly users?: ReadonlyMap<string, User | undefined>;
  /** By id; undefined removes the token. */
  readonly tokens?: ReadonlyMap<string, Token | undefined>;
  /** undefined: the extension has no code any more. */
  readonly enrolments?: ReadonlyMap<string, EnrolmentCode | undefined>;
  readonly audit: readonly AuditEntry[];
}

/** Who may ask over the network. */
export interface Accounts {
  readonly users: readonly User[];
  readonly tokens: readonly Token[];
}

export interface Page {
  /** 1 to 1000; others are brought into this range. */
  readonly limit: number;
}

export interface ViolationFilter extends Page {
  readonly extension?: string;
  readonly open?: boolean;
  /** Milliseconds since the epoch: those that were seen at this time or later, and at this time or earlier. */
  readonly since?: number;
  readonly until?: number;
  /** Only those that come after the violation of this id. */
  readonly before?: number;
  /** `seen`, the default: by when each was last seen. `opened`: by id, an order in which nothing moves meanwhile. */
  readonly order?: 'seen' | 'opened';
}

/** What a name in an ordered list comes after; '' is the beginning. */
export interface NamedPage extends Page {
  readonly after: string;
}

/** On how many violations each extension was seen, a number for each day that was asked for. Without one: none. */
export type ViolationDays = ReadonlyMap<string, readonly number[]>;

export interface Store {
  load(): Promise<Snapshot>;
  /** Users and tokens, read once at the start. */
  accounts(): Promise<Accounts>;
  /**
   * Durable. Rejects with a StoreError and changes nothing where the disk refuses or the change itself cannot be stored.
   * Only where the disk does not answer in time, or the database's thread ends meanwhile, is it unknown whether the
   * change was saved; the error says so.
   */
  commit(change: Change): Promise<void>;
  /** Durable: the locks have been recovered from AstDB, or there were none. */
  recovered(): Promise<void>;

  /** Trailing, never throws, never blocks; the latest of each key wins until it is written. */
  putViolation(violation: Violation): void;
  /** Trailing; adds `count` to what the key has; where the disk refuses for long, sightings are given up first. */
  addSighting(sighting: Sighting): void;
  /** Trailing; one linkedid of one extension is one record, as it was put last. */
  putCall(call: CallRecord): void;
  /** Trailing; one alert of one channel is one record, as it was put last. */
  putDelivery(delivery: Delivery): void;
  putContact(contact: Contact): void;
  deleteContact(id: string): void;
  /** Trailing; what Asterisk has stored of a contact that was put. Forgotten with the contact's next put. */
  keepContact(id: string, stored: string): void;
  /** Trailing; adds `count` to what the violation has of this kind. */
  addReaction(reaction: Reaction): void;
  putExtensions(extensions: ReadonlyMap<string, string | undefined>): void;
  /** Trailing writes that are not on disk yet; who has many to make slows down before they reach the limit. */
  readonly backlog: number;

  /**
   * Newest first (violations and sightings by when they were last seen). Reads what was put before, too; while the disk
   * refuses to take that, what the disk has.
   */
  violations(filter: ViolationFilter): Promise<Violation[]>;
  sightings(filter: { readonly extension: string } & Page): Promise<Sighting[]>;
  /** The latest sighting of each extension, by the extensions' names. */
  lastSightings(page: NamedPage): Promise<Sighting[]>;
  /** Since when the device of each live contact registers from where it is (milliseconds since the epoch), by contact id. */
  contactsSince(page: NamedPage): Promise<(readonly [id: string, since: number])[]>;
  /** @param days where each day begins, in milliseconds since the epoch, oldest first; the last one ends now */
  violationDays(days: readonly number[]): Promise<ViolationDays>;
  calls(filter: { readonly extension?: string } & Page): Promise<CallRecord[]>;
  reactions(filter: { readonly extension?: string } & Page): Promise<Reaction[]>;
  /** What was done in these violations; one of each kind in each at the most. */
  reactionsOf(violations: readonly number[]): Promise<Reaction[]>;
  audit(filter: { readonly target?: string } & Page): Promise<AuditEntry[]>;
  deliveries(filter: Page): Promise<Delivery[]>;

  /** Never rejects; answers within a second, with the sizes known last where the disk does not answer. */
  health(): Promise<StoreHealth>;
  /** Writes what is pending, then resolves; bounded to two seconds. */
  close(): Promise<void>;
}

export interface StoreHealth {
  readonly path: string;
  readonly schema: number;
  /** Of the database and its log. */
  readonly bytes: number;
  /** What the disk that holds it has left. */
  readonly freeBytes: number;
  /** Trailing writes that wait. */
  readonly pending: number;
  /** Trailing writes given up since the start: the limit was reached while the disk refused, or a row was invalid. */
  readonly dropped: number;
  /** The last failure to write, until a write succeeds again. */
  readonly failure: string | undefined;
}

export type StoreFault =
  /** The file was written by a newer Device Lock. */
  | 'newer-schema'
  /** The folder or file cannot be opened or written. */
  | 'unusable'
  /** A write or read failed. */
  | 'failed'
  | 'closed';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;
  readonly hint: string;
  constructor(fault: StoreFault, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
    this.hint = hint;
  }
}
