/**
 * What Device Lock needs of an Asterisk, whichever protocol reaches it. Adapters: `ami/` (the rule) and `ari/`.
 * Events say *that* something happened at an AOR; a look-up says *what*.
 */
import type { EventEmitter } from 'node:events';
import type { SourceAddress } from '../domain/address.ts';
import type { Contact } from '../domain/contact.ts';

export interface AsteriskEvents {
  /** Logged in and subscribed. Everything that was known may be stale: list anew. */
  up: [info: AsteriskInfo];
  /** The connection is gone, or the login was refused; reconnecting goes on by itself, for ever. Once for each. */
  down: [why: string];
  /** ContactStatus: the contact with this URI at this AOR was created, updated or removed. */
  contactChanged: [change: { aor: string; uri: string; removed: boolean }];
  /** A SIP request of this endpoint passed authentication (REGISTER, INVITE, any other). */
  authenticated: [login: { endpoint: string; address: SourceAddress | undefined; callId: string }];
  /** Endpoints may have come or gone (`pjsip reload`). */
  reloaded: [];
}

export interface AsteriskInfo {
  /** As Asterisk says it: `22.10.0~dfsg+...`. */
  readonly version: string;
}

/**
 * Every call has the adapter's own deadline and rejects with an {@link AsteriskError} at it, at a disconnect, or where
 * Asterisk says no. Nothing is queued while the connection is down: it rejects at once.
 */
export interface Asterisk extends EventEmitter<AsteriskEvents> {
  /** Starts connecting; resolves at once. */
  start(): void;
  /** Closes for good; resolves within a second. */
  stop(): Promise<void>;
  readonly connected: boolean;
  /** Every live contact of every AOR. */
  listContacts(): Promise<Contact[]>;
  /**
   * What the contacts of one AOR are now.
   * @param known ids that were seen before; those that are gone are left out of the answer
   * @param uris URIs that an event named and that may be new
   */
  contactsOf(aor: string, known: readonly string[], uris: readonly string[]): Promise<Contact[]>;
  /** Names of the endpoints that belong to a person or a phone: never a trunk's. */
  listExtensions(): Promise<Extension[]>;
  /** A global variable of the dialplan. */
  setGlobal(name: string, value: string): Promise<void>;
  /** AstDB. Keys may hold `/`. Values: printable ASCII without line ends. */
  databasePut(family: string, key: string, value: string): Promise<void>;
  databaseDelete(family: string, key: string): Promise<void>;
  /** All of a family: key below the family → value. */
  databaseTree(family: string): Promise<Map<string, string>>;
  /** Of these contacts, as Asterisk itself stores them: what {@link takeBack} can put back. Those that are gone are left out. */
  storedContacts(ids: readonly string[]): Promise<StoredContact[]>;
  /**
   * Removes contacts of one AOR, and puts back what was stored before, all in one go. Returns the ids that were put back;
   * rejects where a contact could not be removed.
   */
  takeBack(aor: string, evict: readonly string[], restore: readonly StoredContact[]): Promise<string[]>;
  /** The right device has registered by itself at this AOR: what stood in for it after {@link takeBack} may go. */
  settle(aor: string): Promise<void>;
  /** The channels of one endpoint. Rejects where it is not certain which of them are emergency calls. */
  channelsOf(endpoint: string): Promise<Channel[]>;
  /** Ends a call. One that is over is ended already. */
  hangUp(channel: string): Promise<void>;
  /** What the dialplan has at `exten@context`, one line a priority, for `doctor`; empty where it has nothing. */
  dialplanOf(context: string, exten: string): Promise<string[]>;
}

/** A contact, and Asterisk's own record of it, which nobody else reads. */
export interface StoredContact {
  readonly contact: Contact;
  readonly stored: string;
}

export interface Channel {
  /** As {@link Asterisk.hangUp} takes it. */
  readonly id: string;
  /** Where the other end of the channel is, as Asterisk's socket sees it. */
  readonly address: SourceAddress | undefined;
  /** It belongs to an emergency call, its own or one that it is connected to; or it may, and nobody can tell yet. */
  readonly isEmergency: boolean;
}

export interface Extension {
  readonly name: string;
  /** The display name where Asterisk or FreePBX knows one. */
  readonly label: string | undefined;
}

export type AsteriskFault =
  /** Not connected, or the connection went while waiting. */
  | 'disconnected'
  /** No answer within the deadline. */
  | 'timeout'
  /** Asterisk answered that it will not or cannot. */
  | 'refused'
  /** A value that must not be sent (line ends, NUL, too long), or an answer that makes no sense. */
  | 'malformed';

export class AsteriskError extends Error {
  override readonly name = 'AsteriskError';
  readonly fault: AsteriskFault;
  constructor(fault: AsteriskFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}
