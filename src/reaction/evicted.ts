/**
 * Contacts that were removed not long ago, of phones that may be an extension's new one: who dials a one-time code from
 * where such a REGISTER came from is as good as registered. Bounded, in memory; it judges nothing.
 */
import { sameAddress } from '../domain/address.ts';
import type { Contact } from '../domain/contact.ts';
import { putLatest } from '../domain/put-latest.ts';
import { sameUserAgent } from '../domain/user-agent.ts';

/** Devices of one extension that are remembered, the latest; a thief that comes again and again is one of them. */
const MAX_OF_ONE = 16;
const MAX_EXTENSIONS = 2000;

export class Evicted {
  readonly #contacts = new Map<string, readonly Contact[]>();

  note(contact: Contact): void {
    const { extension } = contact;
    const others = (this.#contacts.get(extension) ?? []).filter((one) => !isSamePhone(one, contact));
    putLatest(this.#contacts, extension, [...others, contact].slice(-MAX_OF_ONE), MAX_EXTENSIONS);
  }

  /** Those whose registration would not be over yet. @param now milliseconds since the epoch */
  of(extension: string, now: number): Contact[] {
    return (this.#contacts.get(extension) ?? []).filter(({ expires }) => expires * 1000 > now);
  }
}

function isSamePhone({ source: a, userAgent }: Contact, { source: b, userAgent: other }: Contact): boolean {
  const isSamePlace = a !== undefined && b !== undefined && sameAddress(a.address, b.address);
  return isSamePlace && sameUserAgent(userAgent, other);
}
