/**
 * What one extension's `device` lock needs to tell an update of its phone's firmware from a thief: what the devices say of
 * themselves, where each was registered last, and how often the lock has moved of late. It judges by the domain's rules.
 */
import type { Contact } from '../domain/contact.ts';
import {
  type Device,
  isBelievable,
  isBelievableCall,
  isUpdate,
  type LastPlace,
  type Place,
  readDevice,
} from '../domain/firmware-drift.ts';
import type { Lock } from '../domain/lock.ts';
import type { UserAgentTest } from '../domain/matcher.ts';
import type { UserAgent } from '../domain/user-agent.ts';
import type { DriftTest, JudgedContact } from '../domain/verdict.ts';

/** A lock moves so often in an hour and no more: each time is a change on disk, and a phone is not updated so often. */
const MOST_MOVES = 3;
const HOUR_MS = 3_600_000;

export class FirmwareWatch {
  readonly #now: () => number;
  #lock: Lock | undefined;
  /** The lock's devices that tell their maker and firmware. */
  #devices: readonly Device[] = [];
  /** The lock's devices, by User-Agent: where each was last. */
  #places = new Map<string, LastPlace>();
  #following: string | undefined;
  #movedTo: string | undefined;
  #movedAt: number[] = [];
  /** Registrations of the old firmware that the lock moved from: contact id → expiry. They will never be refreshed. */
  readonly #stale = new Map<string, number>();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The lock is this now. */
  use(lock: Lock): void {
    if (lock === this.#lock) return;
    this.#lock = lock;
    const texts = lock.alternatives.flatMap((one) => (one.kind === 'device' ? [one.userAgent] : []));
    this.#devices = texts.map(readDevice).filter((device) => device !== undefined);
    this.#places = new Map([...this.#places].filter(([text]) => texts.includes(text)));
    if (this.#movedTo !== undefined && !texts.includes(this.#movedTo) && !this.isFollowing)
      this.#stale.clear();
  }

  /** These are registered now: where the right ones are is remembered. */
  note(contacts: readonly JudgedContact[]): void {
    for (const { contact, matches } of contacts) {
      const { userAgent, expires, callId } = contact;
      if (!matches || userAgent.kind !== 'text') continue;
      if (!this.#devices.some((device) => device.userAgent === userAgent.text)) continue;
      const place = { ip: seenIp(contact), callId, expires };
      // Who says the same elsewhere while the phone's registration is still good may be a thief: it makes no place its own.
      const last = this.#places.get(userAgent.text);
      if (last !== undefined && last.expires > this.#now() / 1000 && !isSamePhone(last, place)) continue;
      this.#places.set(userAgent.text, place);
    }
  }

  /** The User-Agent of the lock's device that this is an update of. */
  updateOf(
    userAgent: UserAgent,
    at: Place,
    isFollowed: boolean,
    believes: typeof isBelievable = isBelievable,
  ): string | undefined {
    if (userAgent.kind !== 'text' || this.#devices.length === 0) return undefined;
    const now = this.#now();
    if (isFollowed && this.#movedAt.filter((moved) => now - moved < HOUR_MS).length >= MOST_MOVES)
      return undefined;
    const seen = readDevice(userAgent.text);
    if (seen === undefined) return undefined;
    return this.#devices.find(
      (of) => isUpdate(seen, of) && believes(of, at, this.#places.get(of.userAgent), now / 1000),
    )?.userAgent;
  }

  test(isFollowed: boolean): DriftTest {
    return {
      isFollowed,
      isUpdate: ({ userAgent, address, callId }) =>
        this.updateOf(userAgent, { ip: address?.ip, callId }, isFollowed, isBelievableCall) !== undefined,
    };
  }

  get isFollowing(): boolean {
    return this.#following !== undefined;
  }

  /** The lock is to move from one User-Agent to another. */
  follow(from: string, to: string, contacts: readonly JudgedContact[]): void {
    const now = this.#now();
    this.#following = to;
    this.#movedTo = to;
    this.#stale.clear();
    for (const { contact, matches } of contacts) {
      const { id, userAgent, expires } = contact;
      if (matches && userAgent.kind === 'text' && userAgent.text === from) this.#stale.set(id, expires);
    }
    this.#movedAt = [...this.#movedAt.filter((moved) => now - moved < HOUR_MS), now];
  }

  /** The lock has moved, or somebody decided otherwise. */
  decided(): void {
    this.#following = undefined;
  }

  /** The lock could not be moved. */
  failed(): void {
    this.#following = undefined;
    this.#stale.clear();
  }

  /** Left over from before the update, as it was then: no REGISTER has come for it since, so it is nobody's intrusion. */
  isStale({ id, expires }: Contact): boolean {
    return this.#stale.get(id) === expires;
  }

  /** The lock's own test, and what it is to move to. */
  alsoAccepts(accepts: UserAgentTest): UserAgentTest {
    const following = this.#following;
    return (userAgent) => accepts(userAgent) || (userAgent.kind === 'text' && userAgent.text === following);
  }
}

/** It goes on where it was, or with its Call-ID, which a stranger does not know. */
function isSamePhone(last: LastPlace, now: LastPlace): boolean {
  return last.ip === now.ip || last.callId === now.callId;
}

/** Where its REGISTER came from, unless only it says so. */
export function seenIp({ source }: Contact): string | undefined {
  return source === undefined || source.proof === 'claimed' ? undefined : source.address.ip;
}
