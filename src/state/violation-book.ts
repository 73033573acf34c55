/**
 * The open violations, in memory: opened, counted and ended here, in this one place. It tells what changed and keeps
 * no clock, no disk and no log of its own.
 */
import type { SourceAddress } from '../domain/address.ts';
import type { Contact } from '../domain/contact.ts';
import type { Mode } from '../domain/lock.ts';
import { sameUserAgent, showUserAgent, type UserAgent } from '../domain/user-agent.ts';
import type { DenyReason } from '../domain/verdict.ts';
import type { SeenBy, Violation, ViolationEnd } from '../domain/violation.ts';

export interface ViolationChange {
  readonly change: 'opened' | 'counted' | 'ended';
  readonly violation: Violation;
}

/** A call the lock in force denies, enforced or not. */
export interface DeniedCall {
  readonly extension: string;
  readonly userAgent: UserAgent;
  readonly address: SourceAddress | undefined;
  readonly reason: DenyReason;
  readonly mode: Mode;
  readonly dialled: string;
}

/** Open violations one extension may have; an attacker who varies the User-Agent must not fill memory or tables. */
export const MAX_OPEN_PER_EXTENSION = 50;

/** A device that was evicted and comes back within this goes on with its violation. Milliseconds. */
const SAME_FIGHT = 600_000;
const MAX_EVICTED = 1000;

interface Entry {
  violation: Violation;
  readonly contacts: Set<string>;
}

export class ViolationBook {
  readonly #open = new Map<string, Map<string, Entry>>();
  #nextId = 1;
  /** Devices that were dealt with before the start, and may still be registered as they were. */
  readonly #cleared = new Set<string>();
  /** Violations that ended with an eviction, the latest last: a thief in a loop is one violation, not thousands. */
  readonly #evicted = new Map<string, Violation>();

  /**
   * Violations that were open when the service last ran, and such as an operator had cleared although their device stayed
   * registered: that list alone opens none of them again. Which contacts hold them is found when contacts are
   * listed.
   */
  load(open: readonly Violation[], nextId: number, cleared: readonly Violation[] = []): void {
    for (const violation of open) this.#put(violation.extension, { violation, contacts: new Set() });
    this.#nextId = Math.max(nextId, ...open.map(({ id }) => id + 1));
    for (const { extension, userAgent, address } of cleared) {
      this.#cleared.add(clearedKey(extension, keyOf(userAgent, address)));
    }
  }

  /** The contacts of before the start have been listed: from now on what is wrong is news. */
  forgetCleared(): void {
    this.#cleared.clear();
  }

  /** This device has registered since: that it was dealt with before says nothing of that. */
  seenAnew({ extension, userAgent, source }: Contact): void {
    this.#cleared.delete(clearedKey(extension, keyOf(userAgent, source?.address)));
  }

  open(extension: string): Violation[] {
    return [...(this.#open.get(extension)?.values() ?? [])].map(({ violation }) => violation);
  }

  hasOpen(extension: string): boolean {
    return this.#open.has(extension);
  }

  *allOpen(): Iterable<Violation> {
    for (const entries of this.#open.values()) for (const { violation } of entries.values()) yield violation;
  }

  /** The open violation that this contact holds. */
  heldBy({ id, extension }: Contact): Violation | undefined {
    for (const { violation, contacts } of this.#open.get(extension)?.values() ?? []) {
      if (contacts.has(id)) return violation;
    }
    return undefined;
  }

  /** A REGISTER does not match the lock in force. */
  sawRegister(contact: Contact, reason: DenyReason, mode: Mode, now: number): ViolationChange[] {
    const { extension, userAgent } = contact;
    const address = contact.source?.address;
    const key = keyOf(userAgent, address);
    const left = this.#leave(contact, key, now);
    const seen = this.#see({ extension, userAgent, address, reason, mode }, 'REGISTER', undefined, now);
    this.#entry(extension, key)?.contacts.add(contact.id);
    return [...left, ...seen];
  }

  /**
   * A contact that is known from a list, was judged anew, or whose true source came to light, does not match: opens a
   * violation where none is, and counts no REGISTER, since none came.
   */
  holds(contact: Contact, reason: DenyReason, mode: Mode, now: number): ViolationChange[] {
    const { extension } = contact;
    const key = keyOf(contact.userAgent, contact.source?.address);
    const left = this.#leave(contact, key, now);
    const entry = this.#entry(extension, key);
    if (entry === undefined && this.#cleared.has(clearedKey(extension, key))) return left;
    if (entry === undefined) return [...left, ...this.sawRegister(contact, reason, mode, now)];
    entry.contacts.add(contact.id);
    return [...left, { change: 'counted', violation: entry.violation }];
  }

  sawCall(call: DeniedCall, now: number): ViolationChange[] {
    return this.#see(call, 'INVITE', call.dialled, now);
  }

  /** The contact matches now, is gone, or was evicted: what it held ends, unless another contact holds it too. */
  contactEnded(contact: Contact, how: ViolationEnd, now: number): ViolationChange[] {
    return this.#release(contact, how, now);
  }

  /**
   * The right device registered: calls of the same User-Agent and IP that were refused for want of that are dealt with.
   */
  rightRegistered(contact: Contact, now: number): ViolationChange[] {
    const key = keyOf(contact.userAgent, contact.source?.address);
    const entry = this.#entry(contact.extension, key);
    if (entry === undefined || entry.contacts.size > 0) return [];
    return [this.#end(contact.extension, key, entry, 'matched', now)];
  }

  /** An operator says it is dealt with. */
  clear(extension: string, now: number): ViolationChange[] {
    return this.#endWhere(extension, () => true, 'cleared', now);
  }

  /**
   * The lock changed: what it accepts now, from where it was seen, is no violation any more. `accepts` undefined: no lock
   * is in force.
   */
  rejudge(
    extension: string,
    accepts: ((userAgent: UserAgent, address: SourceAddress | undefined) => boolean) | undefined,
    now: number,
  ): ViolationChange[] {
    return this.#endWhere(
      extension,
      ({ violation }) => accepts === undefined || accepts(violation.userAgent, violation.address),
      'lock-changed',
      now,
    );
  }

  /** Ends those that no contact holds and that were last seen before `before` (milliseconds since the epoch). */
  endQuiet(before: number, now: number): ViolationChange[] {
    const quiet = (entry: Entry) => {
      // The clock was set back: what was seen in the future is as good as seen now.
      if (entry.violation.lastSeen > now) entry.violation = { ...entry.violation, lastSeen: now };
      return entry.contacts.size === 0 && entry.violation.lastSeen < before;
    };
    return [...this.#open.keys()].flatMap((extension) => this.#endWhere(extension, quiet, 'quiet', now));
  }

  /**
   * After a whole list of contacts: violations opened by a REGISTER whose contact is not in the list, and that no live
   * one holds, ended while nobody was looking.
   */
  endUnheld(extension: string, now: number): ViolationChange[] {
    const unheld = ({ violation, contacts }: Entry) =>
      contacts.size === 0 && violation.by.includes('REGISTER');
    return this.#endWhere(extension, unheld, 'contact-gone', now);
  }

  #see(
    what: Omit<DeniedCall, 'dialled'>,
    by: SeenBy,
    dialled: string | undefined,
    now: number,
  ): ViolationChange[] {
    const key = keyOf(what.userAgent, what.address);
    const entry = this.#entry(what.extension, key);
    if (entry === undefined) {
      const room = this.#makeRoom(what.extension, now);
      const evicted = this.#takeEvicted(what.extension, key, now);
      const violation =
        evicted === undefined
          ? open(this.#nextId++, what, by, dialled, now)
          : { ...count(evicted, what, by, dialled, now), ended: undefined };
      this.#put(what.extension, { violation, contacts: new Set() });
      return [...room, { change: 'opened', violation }];
    }
    entry.violation = count(entry.violation, what, by, dialled, now);
    return [{ change: 'counted', violation: entry.violation }];
  }

  /**
   * What the contact held under another key: the same device at a new address takes its violation along; another device
   * ends it.
   */
  #leave(contact: Contact, key: string, now: number): ViolationChange[] {
    const entries = this.#open.get(contact.extension);
    for (const [held, entry] of entries ?? []) {
      if (held === key || !entry.contacts.has(contact.id)) continue;
      const isSame = sameUserAgent(entry.violation.userAgent, contact.userAgent);
      if (!isSame || entry.contacts.size > 1 || entries?.has(key)) continue;
      entries?.delete(held);
      entry.violation = { ...entry.violation, address: contact.source?.address };
      entries?.set(key, entry);
    }
    return this.#release(contact, 'contact-gone', now, key);
  }

  #release(contact: Contact, how: ViolationEnd, now: number, keepKey?: string): ViolationChange[] {
    const entries = this.#open.get(contact.extension);
    const changes: ViolationChange[] = [];
    for (const [key, entry] of [...(entries ?? [])]) {
      if (key === keepKey || !entry.contacts.delete(contact.id) || entry.contacts.size > 0) continue;
      changes.push(this.#end(contact.extension, key, entry, how, now));
    }
    return changes;
  }

  /** Only what no contact holds makes room, the oldest first; where every one is held, the oldest held. */
  #makeRoom(extension: string, now: number): ViolationChange[] {
    const entries = this.#open.get(extension);
    if (entries === undefined || entries.size < MAX_OPEN_PER_EXTENSION) return [];
    const byAge = [...entries].sort(
      ([, a], [, b]) =>
        Math.sign(a.contacts.size) - Math.sign(b.contacts.size) ||
        a.violation.lastSeen - b.violation.lastSeen,
    );
    const oldest = byAge[0];
    return oldest === undefined ? [] : [this.#end(extension, oldest[0], oldest[1], 'superseded', now)];
  }

  #endWhere(
    extension: string,
    which: (entry: Entry) => boolean,
    how: ViolationEnd,
    now: number,
  ): ViolationChange[] {
    const matching = [...(this.#open.get(extension) ?? [])].filter(([, entry]) => which(entry));
    return matching.map(([key, entry]) => this.#end(extension, key, entry, how, now));
  }

  #end(extension: string, key: string, entry: Entry, how: ViolationEnd, now: number): ViolationChange {
    const entries = this.#open.get(extension);
    entries?.delete(key);
    if (entries?.size === 0) this.#open.delete(extension);
    const violation = { ...entry.violation, ended: { at: now, how } };
    if (how === 'evicted') this.#noteEvicted(extension, key, violation);
    return { change: 'ended', violation };
  }

  #noteEvicted(extension: string, key: string, violation: Violation): void {
    this.#evicted.set(clearedKey(extension, key), violation);
    const [oldest] = this.#evicted.keys();
    if (this.#evicted.size > MAX_EVICTED && oldest !== undefined) this.#evicted.delete(oldest);
  }

  #takeEvicted(extension: string, key: string, now: number): Violation | undefined {
    const evicted = this.#evicted.get(clearedKey(extension, key));
    this.#evicted.delete(clearedKey(extension, key));
    const at = evicted?.ended?.at ?? 0;
    return now - at < SAME_FIGHT ? evicted : undefined;
  }

  #entry(extension: string, key: string): Entry | undefined {
    return this.#open.get(extension)?.get(key);
  }

  #put(extension: string, entry: Entry): void {
    let entries = this.#open.get(extension);
    if (entries === undefined) {
      entries = new Map();
      this.#open.set(extension, entries);
    }
    entries.set(keyOf(entry.violation.userAgent, entry.violation.address), entry);
  }
}

function clearedKey(extension: string, key: string): string {
  return `${extension} ${key}`;
}

/** One device at one place: the port is not part of it, since a caller takes a new one each time. */
function keyOf(userAgent: UserAgent, address: SourceAddress | undefined): string {
  return `${address?.ip ?? ''} ${userAgent.kind} ${showUserAgent(userAgent)}`;
}

function open(
  id: number,
  what: Omit<DeniedCall, 'dialled'>,
  by: SeenBy,
  dialled: string | undefined,
  now: number,
): Violation {
  const { extension, userAgent, address, reason, mode } = what;
  return {
    ...{ id, extension, userAgent, address, reason, mode, dialled },
    by: [by],
    firstSeen: now,
    lastSeen: now,
    registers: by === 'REGISTER' ? 1 : 0,
    calls: by === 'INVITE' ? 1 : 0,
    ended: undefined,
  };
}

function count(
  was: Violation,
  what: Omit<DeniedCall, 'dialled'>,
  by: SeenBy,
  dialled: string | undefined,
  now: number,
): Violation {
  return {
    ...was,
    address: what.address ?? was.address,
    mode: what.mode,
    by: was.by.includes(by) ? was.by : [...was.by, by],
    lastSeen: now,
    registers: was.registers + (by === 'REGISTER' ? 1 : 0),
    calls: was.calls + (by === 'INVITE' ? 1 : 0),
    dialled: dialled ?? was.dialled,
  };
}
