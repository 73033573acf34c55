/**
 * The requests a phone was asked (RFC 3261, section 17.2): a repeated request gets the answer it already had, and the
 * final answer to an INVITE is repeated until its ACK comes. Never decides what the answer is.
 */
import type { HeaderLine } from './encode.ts';
import { type Envelope, envelopeOf } from './envelope.ts';
import type { SipRequest } from './message.ts';
import { ServerTransaction } from './server-transaction.ts';
import type { Reply, Transport } from './transport.ts';

/** How many requests are remembered; the oldest are forgotten first. */
const MAX_REMEMBERED = 256;

export class ServerTransactions {
  readonly #kind: Transport['kind'];
  readonly #userAgent: readonly HeaderLine[];
  readonly #remembered = new Map<string, ServerTransaction>();

  /** @param userAgent goes into every answer */
  constructor(kind: Transport['kind'], userAgent: readonly HeaderLine[]) {
    this.#kind = kind;
    this.#userAgent = userAgent;
  }

  /** @returns undefined for a repeat, an ACK, or a request without what it needs: there is nothing to decide */
  receive(request: SipRequest, reply: Reply): ServerTransaction | undefined {
    const envelope = envelopeOf(request.headers);
    if (envelope === undefined || envelope.method !== request.method) return undefined;
    if (request.method === 'ACK') {
      this.#acknowledge(envelope);
      return undefined;
    }
    const key = keyOf(envelope.via, request.method);
    const known = this.#remembered.get(key);
    if (known !== undefined) {
      known.repeat();
      return undefined;
    }
    const transaction = new ServerTransaction(request, envelope, this.#userAgent, reply, this.#kind);
    this.#remember(key, transaction);
    return transaction;
  }

  /** The INVITE that a CANCEL names: "the one with the same top Via". */
  inviteOf(cancel: ServerTransaction): ServerTransaction | undefined {
    return this.#remembered.get(keyOf(cancel.envelope.via, 'INVITE'));
  }

  close(): void {
    for (const transaction of this.#remembered.values()) transaction.stop();
    this.#remembered.clear();
  }

  /** By Call-ID and number: the ACK of a 200 has a branch of its own, the ACK of a refusal the INVITE's. */
  #acknowledge({ callId, cseq }: Envelope): void {
    for (const transaction of this.#remembered.values()) {
      const { envelope } = transaction;
      if (envelope.callId === callId && envelope.cseq === cseq) transaction.stop();
    }
  }

  #remember(key: string, transaction: ServerTransaction): void {
    this.#remembered.set(key, transaction);
    for (const [oldest, forgotten] of this.#remembered) {
      if (this.#remembered.size <= MAX_REMEMBERED) break;
      forgotten.stop();
      this.#remembered.delete(oldest);
    }
  }
}

function keyOf(via: string, method: string): string {
  return `${via} ${method}`;
}
