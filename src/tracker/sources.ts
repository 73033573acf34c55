/**
 * Where recent SIP requests really came from, as the security events told. A contact's REGISTER finds its true source here;
 * anything the message says of itself could be a lie.
 *
 * Asterisk keeps the Call-ID of the REGISTER that made a contact, also when a REGISTER of another Call-ID refreshes it
 * (res_pjsip_registrar, measured on 16 and 22). So a Call-ID alone does not tell who refreshed: an event speaks for one
 * REGISTER only, and a changed User-Agent is the newest event's.
 */
import { type SourceAddress, sameAddress } from '../domain/address.ts';
import { type Contact, isRefresh } from '../domain/contact.ts';
import { sameUserAgent } from '../domain/user-agent.ts';

/** How long a look-up may come after its event, in milliseconds. */
const KEEP_MS = 60_000;
const MAX_ENDPOINTS = 20_000;
const MAX_OF_ONE = 16;
/** A contact is gone so soon, in milliseconds, after its phone asked for that. */
const LEFT_WITHIN = 1000;

interface Login {
  readonly callId: string;
  readonly address: SourceAddress;
  readonly at: number;
  /** It was found to be the REGISTER of a contact's present state. */
  isSpent: boolean;
}

export class Sources {
  /** Endpoint → its logins, newest last. The endpoints are in the order of their newest. */
  readonly #logins = new Map<string, Login[]>();

  /** Nobody tells of logins here. */
  get isSilent(): boolean {
    return this.#logins.size === 0;
  }

  note(endpoint: string, callId: string, address: SourceAddress, now: number): void {
    const logins = (this.#logins.get(endpoint) ?? []).filter(({ at }) => now - at < KEEP_MS);
    logins.push({ callId, address, at: now, isSpent: false });
    if (logins.length > MAX_OF_ONE) logins.splice(mostFrequent(logins), 1);
    this.#logins.delete(endpoint);
    this.#logins.set(endpoint, logins);
    for (const [oldest, all] of this.#logins) {
      const newest = all.at(-1)?.at ?? 0;
      if (this.#logins.size <= MAX_ENDPOINTS && now - newest < KEEP_MS) break;
      this.#logins.delete(oldest);
    }
  }

  /** Just before it went, a request came of the REGISTERs that made this contact: it unregistered. */
  hasLeft(contact: Contact, now: number): boolean {
    const own = this.#logins.get(contact.extension)?.findLast(({ callId }) => callId === contact.callId);
    return own !== undefined && !own.isSpent && now - own.at < LEFT_WITHIN;
  }

  /** The contact with the source of the REGISTER that brought it to its present state. */
  prove(contact: Contact, before: Contact | undefined): Contact {
    const fresh = (this.#logins.get(contact.extension) ?? []).filter(({ isSpent }) => !isSpent);
    const own = fresh.findLast(({ callId }) => callId === contact.callId);
    if (before !== undefined && !isRefresh(before, contact)) {
      // No REGISTER since, or one in the same second; its event may also have come after the contact.
      return own === undefined ? { ...contact, source: before.source } : seenAt(contact, own);
    }
    const teller = before === undefined ? own : tellerOf(contact, before, own, fresh);
    if (teller === undefined) return contact;
    teller.isSpent = true;
    return seenAt(contact, teller);
  }
}

/** Whose REGISTER refreshed a contact, by the logins since. */
function tellerOf(contact: Contact, before: Contact, own: Login | undefined, fresh: readonly Login[]) {
  if (!sameUserAgent(before.userAgent, contact.userAgent)) return fresh.at(-1);
  // The same device goes on: where it was, if anybody spoke from there.
  const there = before.source?.address;
  const again = there && fresh.findLast(({ address }) => sameAddress(address, there));
  return own ?? again ?? fresh.at(-1);
}

/** The oldest login from the IP address that has the most: whoever comes very often makes room for itself. */
function mostFrequent(logins: readonly Login[]): number {
  const counts = new Map<string, number>();
  for (const { address } of logins) counts.set(address.ip, (counts.get(address.ip) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return logins.findIndex(({ address }) => counts.get(address.ip) === most);
}

function seenAt(contact: Contact, { callId, address }: Login): Contact {
  return { ...contact, source: { address, proof: callId === contact.callId ? 'seen' : 'likely' } };
}
