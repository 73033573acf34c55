/** A call that came to this phone: what the INVITE said, and what a person at the phone may do about it. */

import { now } from './clock.ts';
import { Dialog, type EndedBy } from './dialog.ts';
import { SipError } from './error.ts';
import type { SipHeaders } from './headers.ts';
import { contactLine, type Line } from './line.ts';
import { MediaPort } from './media-port.ts';
import { parseNameAddr, toNameAddr } from './name-addr.ts';
import { taggedTo } from './response.ts';
import { SDP_TYPE, sdpAnswer, sdpOffer } from './sdp.ts';
import type { ServerTransaction } from './server-transaction.ts';
import { Transferable } from './transferable.ts';

/** What the phone does by itself when a call comes. */
export type Reaction =
  | 'ring'
  | 'answer'
  | 'busy'
  | { readonly redirect: string }
  | { readonly reject: number; readonly reason?: string };

export class IncomingCall extends Transferable {
  readonly callId: string;
  /** The Request-URI: the contact that was rung. */
  readonly requestUri: string;
  /** From, one character a byte. */
  readonly from: string;
  readonly headers: SipHeaders;
  /** When the INVITE came, in milliseconds since the epoch. */
  readonly at: number = now();
  /** Resolves when the call ends: by CANCEL or BYE (`remote`), or by what this phone did. */
  readonly ended: Promise<EndedBy>;
  readonly #line: Line;
  readonly #transaction: ServerTransaction;
  readonly #resolveEnded: (by: EndedBy | Promise<EndedBy>) => void;
  protected dialog: Dialog | undefined;
  #answering = false;

  constructor(line: Line, transaction: ServerTransaction) {
    super();
    const { request, envelope } = transaction;
    this.#line = line;
    this.#transaction = transaction;
    this.callId = envelope.callId;
    this.requestUri = request.uri;
    this.headers = request.headers;
    this.from = request.headers.get('from') ?? '';
    const { promise, resolve } = Promise.withResolvers<EndedBy>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    transaction.onCancel = () => {
      this.#refuse(487);
      this.#resolveEnded('remote');
    };
  }

  get isAnswered(): boolean {
    return this.dialog !== undefined;
  }

  ring(): void {
    this.#transaction.respond(180, [contactLine(this.#line)]);
  }

  /** @throws {SipError} `closed` where the caller is gone already, `malformed` after a 488: no codec in common */
  async answer(): Promise<void> {
    if (this.#answering || this.#transaction.isFinal) throw new SipError('closed', 'the call is not waiting');
    this.#answering = true;
    const media = await MediaPort.open(this.#line.transport.localIp);
    const { body } = this.#transaction.request;
    const sdp = body.length === 0 ? sdpOffer(media.address) : sdpAnswer(body, media.address);
    if (this.#transaction.isFinal || sdp === undefined) {
      media.close();
      this.reject(488);
      throw new SipError(sdp === undefined ? 'malformed' : 'closed', 'the call could not be answered');
    }
    this.dialog = this.#establish(media);
    this.#resolveEnded(this.dialog.ended);
    this.#transaction.respond(200, [contactLine(this.#line), SDP_TYPE], sdp);
  }

  busy(): void {
    this.reject(486);
  }

  /** 302 to a number at the server or to a URI. */
  redirect(target: string): void {
    this.#refuse(302, undefined, [['Contact', toNameAddr(target, this.#line.server)]]);
    this.#resolveEnded('local');
  }

  /** @param status 300 to 699 */
  reject(status: number, reason?: string): void {
    this.#refuse(status, reason);
    this.#resolveEnded('local');
  }

  /** BYE where it is answered, 480 where it still rings; nothing where it is over. */
  async hangup(): Promise<void> {
    if (this.dialog === undefined) this.reject(480);
    else await this.dialog.hangup();
  }

  /** Resolves when the caller has taken note of the final answer. */
  get acknowledged(): Promise<void> {
    return this.#transaction.stopped;
  }

  /** The phone is gone: nothing more can be said to the caller. */
  end(by: EndedBy): void {
    this.#transaction.stop();
    this.#resolveEnded(by);
  }

  /** Does what a {@link Reaction} says. */
  async react(reaction: Reaction): Promise<void> {
    if (reaction === 'ring') this.ring();
    else if (reaction === 'busy') this.busy();
    else if (reaction === 'answer') await this.answer();
    else if ('redirect' in reaction) this.redirect(reaction.redirect);
    else this.reject(reaction.reject, reaction.reason);
  }

  #refuse(status: number, reason?: string, lines: readonly (readonly [string, string])[] = []): void {
    this.#transaction.respond(status, lines, undefined, reason);
  }

  /** Both sides change places: the INVITE's To, with this phone's tag, is this side. */
  #establish(media: MediaPort): Dialog {
    const { request, envelope, tag } = this.#transaction;
    return new Dialog(this.#line, {
      callId: envelope.callId,
      localTag: tag,
      local: taggedTo(request, tag),
      remote: request.headers.bytes('from') ?? '',
      target: parseNameAddr(request.headers.get('contact') ?? '')?.uri ?? request.uri,
      cseq: 0,
      userAgent: this.#line.userAgent,
      media,
    });
  }
}
