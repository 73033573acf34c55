/**
 * Trailing writes that wait for the disk, at most so many: the latest of each key, sightings added up. Where the disk
 * refuses for long, sightings give way first, then contacts; violations and calls last. Holds no clock and no thread.
 */
import type { Delivery } from '../domain/alert.ts';
import type { CallRecord } from '../domain/call-record.ts';
import type { Contact } from '../domain/contact.ts';
import type { Reaction } from '../domain/reaction.ts';
import type { Sighting } from '../domain/sighting.ts';
import { showUserAgent } from '../domain/user-agent.ts';
import type { Violation } from '../domain/violation.ts';
import type { Batch } from './messages.ts';

export class PendingWrites {
  readonly #limit: number;
  readonly #violations = new Map<number, Violation>();
  readonly #calls = new Map<string, CallRecord>();
  readonly #deliveries = new Map<string, Delivery>();
  /** undefined: the contact is gone. */
  readonly #contacts = new Map<string, Contact | undefined>();
  readonly #kept = new Map<string, string>();
  readonly #reactions = new Map<string, Reaction>();
  readonly #sightings = new Map<string, Sighting>();
  #extensions: ReadonlyMap<string, string | undefined> | undefined;
  #dropped = 0;

  /** @param limit the most writes that wait, all kinds together */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    const maps = [
      this.#violations,
      this.#calls,
      this.#reactions,
      this.#deliveries,
      this.#contacts,
      this.#kept,
      this.#sightings,
    ];
    return maps.reduce((sum, { size }) => sum + size, this.#extensions === undefined ? 0 : 1);
  }

  /** How many were given up since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  putViolation(violation: Violation): void {
    this.#put(this.#violations, violation.id, violation);
  }

  putCall(call: CallRecord): void {
    this.#put(this.#calls, JSON.stringify([call.linkedId, call.extension]), call);
  }

  putDelivery(delivery: Delivery): void {
    this.#put(this.#deliveries, `${delivery.alert.id} ${delivery.channel}`, delivery);
  }

  putContact(contact: Contact): void {
    this.#kept.delete(contact.id);
    this.#put(this.#contacts, contact.id, contact);
  }

  deleteContact(id: string): void {
    this.#kept.delete(id);
    this.#put(this.#contacts, id, undefined);
  }

  keepContact(id: string, stored: string): void {
    this.#put(this.#kept, id, stored);
  }

  addReaction(reaction: Reaction): void {
    const key = `${reaction.violation} ${reaction.kind}`;
    const waiting = this.#reactions.get(key);
    this.#put(this.#reactions, key, waiting === undefined ? reaction : addReactions(waiting, reaction));
  }

  putExtensions(extensions: ReadonlyMap<string, string | undefined>): void {
    this.#extensions = extensions;
  }

  addSighting(sighting: Sighting): void {
    const key = keyOf(sighting);
    const waiting = this.#sightings.get(key);
    this.#put(this.#sightings, key, waiting === undefined ? sighting : addUp(waiting, sighting));
  }

  /** Takes up to `most` out, the gravest first; undefined where nothing waits. */
  take(id: string, most: number): Batch | undefined {
    if (this.size === 0) return undefined;
    let room = most;
    const from = <K, V>(map: Map<K, V>): [K, V][] => {
      const taken = map.entries().take(room).toArray();
      for (const [key] of taken) map.delete(key);
      room -= taken.length;
      return taken;
    };
    const violations = from(this.#violations).map(([, violation]) => violation);
    const calls = from(this.#calls).map(([, call]) => call);
    const reactions = from(this.#reactions).map(([, reaction]) => reaction);
    const deliveries = from(this.#deliveries).map(([, delivery]) => delivery);
    const contacts = from(this.#contacts);
    const keptContacts = from(this.#kept);
    const sightings = from(this.#sightings).map(([, sighting]) => sighting);
    const extensions = this.#extensions;
    this.#extensions = undefined;
    return {
      id,
      violations,
      calls,
      deliveries,
      contacts: contacts.flatMap(([, contact]) => contact ?? []),
      goneContacts: contacts.flatMap(([key, contact]) => (contact === undefined ? [key] : [])),
      keptContacts,
      reactions,
      extensions,
      sightings,
    };
  }

  #put<K, V>(map: Map<K, V>, key: K, value: V): void {
    const isNew = !map.has(key);
    if (isNew && this.size >= this.#limit && !this.#makeRoom(map)) return;
    map.set(key, value);
  }

  /** Gives one write up for the sake of one of `map`; false where it is the new one that yields. */
  #makeRoom(map: Map<unknown, unknown>): boolean {
    this.#dropped++;
    for (const lesser of [this.#sightings, this.#kept, this.#contacts] as Map<unknown, unknown>[]) {
      // The oldest stay: whoever floods does so after the first evidence came.
      if (lesser === map) return false;
      const [first] = lesser.keys();
      if (first !== undefined) return lesser.delete(first);
    }
    return false;
  }
}

function keyOf({ extension, userAgent, address, by }: Sighting): string {
  const why = userAgent.kind === 'malformed' ? userAgent.why : userAgent.kind;
  return JSON.stringify([extension, why, showUserAgent(userAgent), address?.ip ?? '', by]);
}

function addReactions(a: Reaction, b: Reaction): Reaction {
  return { ...b, firstAt: Math.min(a.firstAt, b.firstAt), count: a.count + b.count };
}

function addUp(a: Sighting, b: Sighting): Sighting {
  const latest = b.lastSeen >= a.lastSeen ? b : a;
  return {
    ...latest,
    firstSeen: Math.min(a.firstSeen, b.firstSeen),
    lastSeen: latest.lastSeen,
    count: a.count + b.count,
  };
}
