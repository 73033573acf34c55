/**
 * An INVITE of this phone's from its first request to its final answer (RFC 3261, sections 13.2 and 9.1): credentials,
 * ACK of every final answer, CANCEL at the deadline. A call that is answered after nobody waits any more is hung up.
 */
import type { ClientRequest } from './client-transactions.ts';
import { Dialog } from './dialog.ts';
import type { Credentials } from './digest.ts';
import type { ExtraHeader, HeaderLine, HeaderValue } from './encode.ts';
import { SipError } from './error.ts';
import { exchange, type SipResult } from './exchange.ts';
import { contactLine, type Line, requestOn } from './line.ts';
import type { MediaPort } from './media-port.ts';
import type { SipResponse } from './message.ts';
import { parseNameAddr } from './name-addr.ts';
import { ALLOWED, encodeAckOfRefusal, encodeCancel, encodeRequest, type RequestSpec } from './request.ts';
import { SDP_TYPE, sdpOffer } from './sdp.ts';
import { newToken } from './token.ts';

export interface InviteParts {
  readonly uri: string;
  /** From without its tag. */
  readonly from: string;
  readonly callId: string;
  readonly userAgent: HeaderValue | null;
  readonly extra: readonly ExtraHeader[];
  readonly credentials: Credentials;
  /** Milliseconds until CANCEL. */
  readonly deadlineMs: number;
}

/** How long a cancelled INVITE may take to end with its 487. */
const CANCEL_GRACE_MS = 2000;
/** How many provisional responses are kept. */
const MAX_PROVISIONAL = 256;

export class Invite {
  readonly provisional: number[] = [];
  readonly media: MediaPort;
  /** Resolves when the attempt is over, whichever way. */
  readonly settled: Promise<void>;
  readonly #settle: () => void;
  readonly #line: Line;
  readonly #parts: InviteParts;
  readonly #tag = newToken();
  #cseq = 0;
  #current: { readonly spec: RequestSpec; readonly request: ClientRequest } | undefined;
  /** Something was said to the current request: before that, a CANCEL has nothing to cancel. */
  #isHeard = false;
  #isCancelled = false;
  #isOver = false;
  #dialog: Dialog | undefined;
  #ack: Buffer | undefined;

  constructor(line: Line, media: MediaPort, parts: InviteParts) {
    this.#line = line;
    this.media = media;
    this.#parts = parts;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled = promise;
    this.#settle = resolve;
  }

  /** The call, once it is answered. */
  get dialog(): Dialog | undefined {
    return this.#dialog;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Rejects with `timeout` where no final answer came, not even to the CANCEL. Call once. */
  async run(): Promise<SipResult> {
    const { uri, credentials, deadlineMs } = this.#parts;
    const deadline = setTimeout(() => this.cancel(), deadlineMs);
    this.#line.inviting.add(this);
    try {
      return await exchange((lines) => this.#send(lines), { method: 'INVITE', uri }, credentials);
    } finally {
      clearTimeout(deadline);
      this.#line.inviting.delete(this);
      this.#isOver = true;
      if (this.#dialog === undefined) this.media.close();
      this.#settle();
    }
  }

  /** Ends the attempt: with a CANCEL where the server has answered anything, else by waiting no more. */
  cancel(): void {
    if (this.#isOver || this.#isCancelled || this.#current === undefined) return;
    this.#isCancelled = true;
    const { clients } = this.#line;
    const { spec, request } = this.#current;
    if (!this.#isHeard) {
      clients.abandon(request);
      return;
    }
    const bytes = encodeCancel(spec);
    const cancelling = clients.send({
      method: 'CANCEL',
      branch: spec.branch,
      bytes,
      deadlineMs: CANCEL_GRACE_MS,
    });
    // Its own answer says nothing: the INVITE's final answer, or its deadline, ends the wait.
    cancelling.catch(() => undefined);
  }

  #send(authorization: readonly HeaderLine[]): Promise<SipResponse> {
    if (this.#isCancelled)
      return Promise.reject(new SipError('timeout', 'no final answer to INVITE in time'));
    const { uri, from, callId, userAgent, extra, deadlineMs } = this.#parts;
    this.#cseq += 1;
    const spec = requestOn(this.#line, {
      method: 'INVITE',
      uri,
      from: `${from};tag=${this.#tag}`,
      to: `<${uri}>`,
      callId,
      cseq: this.#cseq,
      userAgent,
      lines: [contactLine(this.#line), ['Allow', ALLOWED], SDP_TYPE, ...authorization],
      extra,
      body: sdpOffer(this.media.address),
    });
    const request: ClientRequest = {
      method: 'INVITE',
      branch: spec.branch,
      bytes: encodeRequest(spec),
      deadlineMs: deadlineMs + CANCEL_GRACE_MS,
      onProvisional: ({ status }) => {
        this.#isHeard = true;
        if (this.provisional.length < MAX_PROVISIONAL) this.provisional.push(status);
      },
      acknowledge: (response) => this.#acknowledge(spec, authorization, response),
    };
    this.#current = { spec, request };
    this.#isHeard = false;
    return this.#line.clients.send(request);
  }

  /** The call is made here and not later: its BYE may stand in the same segment as the 200. */
  #acknowledge(spec: RequestSpec, authorization: readonly HeaderLine[], response: SipResponse): Buffer {
    const to = response.headers.bytes('to') ?? spec.to;
    if (response.status >= 300) return encodeAckOfRefusal(spec, to);
    if (this.#ack !== undefined) return this.#ack;
    const contact = parseNameAddr(response.headers.get('contact') ?? '');
    const dialog = new Dialog(this.#line, {
      callId: spec.callId,
      localTag: this.#tag,
      local: spec.from,
      remote: to,
      target: contact?.uri ?? spec.uri,
      cseq: spec.cseq,
      userAgent: spec.userAgent,
      media: this.media,
    });
    this.#dialog = dialog;
    this.#ack = dialog.ack(spec.cseq, authorization);
    if (this.#isOver) setImmediate(() => dialog.hangup().catch(() => undefined));
    return this.#ack;
  }
}
