/**
 * A phone's registration (RFC 3261, section 10): one Call-ID whose CSeq rises, so that the next REGISTER refreshes the same
 * contact. Never registers by itself, and never unregisters by itself.
 */
import type { ExtraHeader, HeaderLine, HeaderValue } from './encode.ts';
import { DEADLINE_MS, exchange, type SipResult } from './exchange.ts';
import { type Line, newCallId, requestOn } from './line.ts';
import { toUri } from './name-addr.ts';
import { encodeRequest } from './request.ts';
import { newToken } from './token.ts';

export interface RegisterOptions {
  /** Seconds; 0 takes the contact away. Default 300. */
  readonly expires?: number;
  /** Instead of the phone's own; null sends none. For this request only. */
  readonly userAgent?: HeaderValue | null;
  /** Kept for the requests that follow. `*`, with expires 0, is every contact of the AOR, and is not kept. */
  readonly contactUri?: string;
  /** Kept for the requests that follow. */
  readonly callId?: string;
  readonly headers?: readonly ExtraHeader[];
  /** Milliseconds for all of it. Default 8000. */
  readonly deadlineMs?: number;
}

export class Registration {
  readonly #line: Line;
  readonly #tag = newToken();
  #callId: string;
  #contactUri: string;
  #cseq = 0;

  constructor(line: Line) {
    this.#line = line;
    this.#callId = newCallId(line);
    this.#contactUri = line.contactUri;
  }

  /** Rejects with a {@link SipError} where no final answer came; a refusal is a status. */
  register(options: RegisterOptions = {}): Promise<SipResult> {
    const { clients, credentials, server, userAgent } = this.#line;
    const contact = this.#contactOf(options);
    const uri = `sip:${server.host}:${server.port}`;
    const aor = `<${toUri(credentials.user, server)}>`;
    const deadline = performance.now() + (options.deadlineMs ?? DEADLINE_MS);
    const send = (authorization: readonly HeaderLine[]) => {
      this.#cseq += 1;
      const spec = requestOn(this.#line, {
        method: 'REGISTER',
        uri,
        from: `${aor};tag=${this.#tag}`,
        to: aor,
        callId: this.#callId,
        cseq: this.#cseq,
        userAgent: options.userAgent === undefined ? userAgent : options.userAgent,
        lines: [['Contact', contact], ['Expires', String(options.expires ?? 300)], ...authorization],
        extra: options.headers ?? [],
      });
      const deadlineMs = Math.max(1, deadline - performance.now());
      return clients.send({
        method: spec.method,
        branch: spec.branch,
        bytes: encodeRequest(spec),
        deadlineMs,
      });
    };
    return exchange(send, { method: 'REGISTER', uri }, credentials);
  }

  #contactOf({ callId, contactUri }: RegisterOptions): string {
    if (callId !== undefined) this.#callId = callId;
    if (contactUri === '*') return '*';
    if (contactUri !== undefined) this.#contactUri = contactUri;
    return `<${this.#contactUri}>`;
  }
}
