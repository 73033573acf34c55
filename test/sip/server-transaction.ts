/**
 * One request the phone was asked, and the answers it gave. The final answer to an INVITE is repeated until its ACK comes
 * (RFC 3261, sections 13.3.1.4 and 17.2.1).
 */
import type { HeaderLine } from './encode.ts';
import type { Envelope } from './envelope.ts';
import type { SipRequest } from './message.ts';
import { NO_BODY } from './request.ts';
import { encodeResponse, reasonOf } from './response.ts';
import { Repeater, T2 } from './timers.ts';
import { newToken } from './token.ts';
import type { Reply, Transport } from './transport.ts';

export class ServerTransaction {
  readonly request: SipRequest;
  readonly envelope: Envelope;
  /** The phone's tag in its answers. */
  readonly tag: string = newToken();
  /** Set by who answers an INVITE: its CANCEL came while it had no final answer. */
  onCancel: (() => void) | undefined;
  /** Resolves when its ACK came, or nobody waits for it any more. */
  readonly stopped: Promise<void>;
  readonly #resolveStopped: () => void;
  readonly #userAgent: readonly HeaderLine[];
  readonly #reply: Reply;
  readonly #kind: Transport['kind'];
  #last: Buffer | undefined;
  #isFinal = false;
  #repeater: Repeater | undefined;

  constructor(
    request: SipRequest,
    envelope: Envelope,
    userAgent: readonly HeaderLine[],
    reply: Reply,
    kind: Transport['kind'],
  ) {
    this.request = request;
    this.envelope = envelope;
    this.#userAgent = userAgent;
    this.#reply = reply;
    this.#kind = kind;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.#resolveStopped = resolve;
  }

  get isFinal(): boolean {
    return this.#isFinal;
  }

  /** Nothing is sent after a final answer. */
  respond(
    status: number,
    lines: readonly HeaderLine[] = [],
    body: Buffer = NO_BODY,
    reason = reasonOf(status),
  ): void {
    if (this.#isFinal) return;
    this.#isFinal = status >= 200;
    const answer = { status, reason, lines: [...lines, ...this.#userAgent], body };
    const bytes = encodeResponse(this.request, answer, this.tag);
    this.#last = bytes;
    this.#reply(bytes);
    // A 200 is repeated by its user agent even where the transport is reliable; on loopback a stream loses nothing.
    if (this.#isFinal && this.request.method === 'INVITE' && this.#kind === 'udp') {
      this.#repeater = new Repeater(() => this.#reply(bytes), T2);
    }
  }

  /** The request came again. */
  repeat(): void {
    if (this.#last !== undefined) this.#reply(this.#last);
  }

  /** Its ACK came, or nobody waits any more. */
  stop(): void {
    this.#repeater?.stop();
    this.#resolveStopped();
  }
}
