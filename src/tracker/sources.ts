/**
 * Where recent SIP requests really came from, by endpoint and Call-ID, as the security events told. A contact's REGISTER
 * finds its true source here; anything the message says of itself could be a lie.
 */
import type { SourceAddress } from '../domain/address.ts';
import type { Contact } from '../domain/contact.ts';

/** How long a look-up may come after its event, in milliseconds. */
const KEEP_MS = 60_000;
const MAX_ENTRIES = 20_000;

export class Sources {
  readonly #entries = new Map<string, { readonly address: SourceAddress; readonly at: number }>();

  note(endpoint: string, callId: string, address: SourceAddress, now: number): void {
    const key = keyOf(endpoint, callId);
    this.#entries.delete(key);
    this.#entries.set(key, { address, at: now });
    for (const [oldest, { at }] of this.#entries) {
      if (this.#entries.size <= MAX_ENTRIES && now - at < KEEP_MS) break;
      this.#entries.delete(oldest);
    }
  }

  /** The contact with its seen source: from a recent event, else from `before` where it is the same REGISTER dialog. */
  prove(contact: Contact, before: Contact | undefined): Contact {
    const recent = this.#entries.get(keyOf(contact.extension, contact.callId));
    if (recent !== undefined) return { ...contact, source: { address: recent.address, proof: 'seen' } };
    const kept = before?.source;
    return kept?.proof === 'seen' && before?.callId === contact.callId
      ? { ...contact, source: kept }
      : contact;
  }
}

function keyOf(endpoint: string, callId: string): string {
  return `${endpoint} ${callId}`;
}
