/**
 * A call that is up (RFC 3261, section 12): what either side asks of it until a BYE. Speaks straight to the server,
 * without a route set, because nothing stands between.
 */
import type { ExtraHeader, HeaderLine, HeaderValue } from './encode.ts';
import { DEADLINE_MS, exchange, type SipResult } from './exchange.ts';
import { contactLine, dialogKey, type Line, requestOn } from './line.ts';
import type { MediaPort } from './media-port.ts';
import { toNameAddr } from './name-addr.ts';
import { encodeRequest, NO_BODY } from './request.ts';
import { SDP_TYPE, sdpAnswer, sdpOffer } from './sdp.ts';
import type { ServerTransaction } from './server-transaction.ts';
import { type ReferOptions, Transfer } from './transfer.ts';

const DTMF_TYPE = ['Content-Type', 'application/dtmf-relay'] as const;

/** Who ended a call: a BYE or CANCEL of the other side, this phone, the loss of the connection; or it never was one. */
export type EndedBy = 'remote' | 'local' | 'lost' | 'unanswered';

export interface DialogParts {
  readonly callId: string;
  readonly localTag: string;
  /** This side as it stands in From: a name-addr with its tag. */
  readonly local: HeaderValue;
  /** The other side as it stands in To. */
  readonly remote: HeaderValue;
  /** The other side's Contact: what requests are addressed to. */
  readonly target: string;
  /** The number of this side's latest request. */
  readonly cseq: number;
  readonly userAgent: HeaderValue | null;
  readonly media: MediaPort;
}

export class Dialog {
  readonly transfer: Transfer;
  readonly ended: Promise<EndedBy>;
  readonly media: MediaPort;
  readonly #line: Line;
  readonly #parts: DialogParts;
  readonly #resolveEnded: (by: EndedBy) => void;
  #cseq: number;
  #isOver = false;

  constructor(line: Line, parts: DialogParts) {
    this.#line = line;
    this.#parts = parts;
    this.#cseq = parts.cseq;
    this.media = parts.media;
    const { promise, resolve } = Promise.withResolvers<EndedBy>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.transfer = new Transfer(
      (target, options) => this.#refer(target, options),
      () => this.hangup(),
    );
    line.dialogs.set(dialogKey(parts.callId, parts.localTag), this);
  }

  /** Sends a BYE and waits for its answer; nothing where the call is over. */
  async hangup(deadlineMs: number = DEADLINE_MS): Promise<void> {
    if (this.#isOver) return;
    const answered = this.#ask('BYE', [], [], deadlineMs);
    this.end('local');
    await answered;
  }

  /** Presses one key: a DTMF digit by INFO, as `application/dtmf-relay`. */
  press(key: string, deadlineMs: number = DEADLINE_MS): Promise<SipResult> {
    const body = Buffer.from(`Signal=${key}\r\nDuration=100\r\n`);
    return this.#ask('INFO', [DTMF_TYPE], [], deadlineMs, body);
  }

  /** The ACK of a 2xx is a request of its own; it carries the credentials of its INVITE. */
  ack(cseq: number, authorization: readonly HeaderLine[]): Buffer {
    return encodeRequest(requestOn(this.#line, { ...this.#requestParts('ACK', cseq), lines: authorization }));
  }

  /** Answers a request of the other side within this call. */
  receive(transaction: ServerTransaction): void {
    const { method, body } = transaction.request;
    switch (method) {
      case 'BYE':
        transaction.respond(200);
        this.end('remote');
        return;
      case 'INVITE':
        this.#renegotiate(transaction, body);
        return;
      case 'NOTIFY':
        transaction.respond(200);
        this.transfer.note(body);
        return;
      case 'OPTIONS':
      case 'INFO':
      case 'MESSAGE':
        transaction.respond(200);
        return;
      default:
        transaction.respond(405);
    }
  }

  end(by: EndedBy): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#line.dialogs.delete(dialogKey(this.#parts.callId, this.#parts.localTag));
    this.media.close();
    this.transfer.close();
    this.#resolveEnded(by);
  }

  #refer(target: string, options: ReferOptions): Promise<SipResult> {
    const lines: HeaderLine[] = [
      contactLine(this.#line),
      ['Refer-To', toNameAddr(target, this.#line.server)],
    ];
    return this.#ask('REFER', lines, options.headers ?? [], options.deadlineMs ?? DEADLINE_MS);
  }

  #ask(
    method: string,
    lines: readonly HeaderLine[],
    extra: readonly ExtraHeader[],
    deadlineMs: number,
    body: Buffer = NO_BODY,
  ): Promise<SipResult> {
    const { clients, credentials } = this.#line;
    const send = (authorization: readonly HeaderLine[]) => {
      this.#cseq += 1;
      const parts = this.#requestParts(method, this.#cseq);
      const spec = requestOn(this.#line, { ...parts, lines: [...lines, ...authorization], extra, body });
      return clients.send({ method, branch: spec.branch, bytes: encodeRequest(spec), deadlineMs });
    };
    return exchange(send, { method, uri: this.#parts.target }, credentials);
  }

  #requestParts(method: string, cseq: number) {
    const { target, local, remote, callId, userAgent } = this.#parts;
    return { method, uri: target, from: local, to: remote, callId, cseq, userAgent };
  }

  #renegotiate(transaction: ServerTransaction, offer: Buffer): void {
    const { address } = this.media;
    const answer = offer.length === 0 ? sdpOffer(address) : sdpAnswer(offer, address);
    if (answer === undefined) transaction.respond(488);
    else transaction.respond(200, [contactLine(this.#line), SDP_TYPE], answer);
  }
}
