/**
 * The requests a phone has in flight (RFC 3261, section 17.1): each is repeated over UDP until something answers, and
 * settles with its final response or at its deadline. Every final response to an INVITE is acknowledged, repeats
 * and late ones too. Never reads a header but the envelope, never authenticates.
 */
import { envelopeOf } from './envelope.ts';
import { SipError } from './error.ts';
import type { SipResponse } from './message.ts';
import { GIVE_UP, Repeater, T2 } from './timers.ts';
import type { Transport } from './transport.ts';

export interface ClientRequest {
  readonly method: string;
  readonly branch: string;
  readonly bytes: Buffer;
  readonly deadlineMs: number;
  readonly onProvisional?: (response: SipResponse) => void;
  /** Called for each arrival of a final response, before it is handed on: the ACK to send. For INVITE only. */
  readonly acknowledge?: (response: SipResponse) => Buffer;
}

interface Pending {
  readonly request: ClientRequest;
  readonly settle: (outcome: SipResponse | SipError) => void;
  readonly deadline: NodeJS.Timeout;
  readonly repeater: Repeater | undefined;
}

/** How many INVITEs that are over still have late responses acknowledged. */
const MAX_OVER = 64;

export class ClientTransactions {
  readonly #transport: Pick<Transport, 'kind' | 'send'>;
  readonly #pending = new Map<string, Pending>();
  readonly #over = new Map<string, ClientRequest>();
  #closed: SipError | undefined;

  constructor(transport: Pick<Transport, 'kind' | 'send'>) {
    this.#transport = transport;
  }

  /** Sends at once. Rejects with {@link SipError} `timeout`, `closed` or `too-large`. */
  send(request: ClientRequest): Promise<SipResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw this.#closed;
      this.#transport.send(request.bytes);
      const key = keyOf(request.branch, request.method);
      this.#pending.set(key, {
        request,
        settle: (outcome) => (outcome instanceof SipError ? reject(outcome) : resolve(outcome)),
        deadline: setTimeout(() => this.abandon(request), request.deadlineMs),
        repeater: this.#repeaterOf(request),
      });
    });
  }

  receive(response: SipResponse): void {
    const envelope = envelopeOf(response.headers);
    if (envelope === undefined) return;
    const key = keyOf(envelope.branch, envelope.method);
    const pending = this.#pending.get(key);
    if (response.status >= 200) {
      this.#acknowledge(pending?.request ?? this.#over.get(key), response);
      if (pending !== undefined) this.#finish(key, pending, response);
    } else if (pending !== undefined) {
      // "If a provisional response is received, retransmissions of the INVITE cease."
      if (pending.request.method === 'INVITE') pending.repeater?.stop();
      pending.request.onProvisional?.(response);
    }
  }

  /** Stops waiting: the request rejects with `timeout`; what an INVITE still brings is acknowledged. */
  abandon({ branch, method }: ClientRequest): void {
    const key = keyOf(branch, method);
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    this.#finish(key, pending, new SipError('timeout', `no final answer to ${method} in time`));
  }

  /** Everything in flight rejects with `closed`, and so does everything after. */
  close(why: string): void {
    this.#closed ??= new SipError('closed', why);
    for (const [key, pending] of this.#pending) this.#finish(key, pending, this.#closed);
    this.#over.clear();
  }

  #repeaterOf({ method, bytes }: ClientRequest): Repeater | undefined {
    if (this.#transport.kind !== 'udp') return undefined;
    return new Repeater(() => this.#transport.send(bytes), method === 'INVITE' ? GIVE_UP : T2);
  }

  #acknowledge(request: ClientRequest | undefined, response: SipResponse): void {
    if (request?.acknowledge !== undefined) this.#transport.send(request.acknowledge(response));
  }

  #finish(key: string, pending: Pending, outcome: SipResponse | SipError): void {
    clearTimeout(pending.deadline);
    pending.repeater?.stop();
    this.#pending.delete(key);
    if (pending.request.acknowledge !== undefined) this.#remember(key, pending.request);
    pending.settle(outcome);
  }

  #remember(key: string, request: ClientRequest): void {
    this.#over.set(key, request);
    for (const oldest of this.#over.keys()) {
      if (this.#over.size <= MAX_OVER) break;
      this.#over.delete(oldest);
    }
  }
}

/** "A response matches a client transaction where the branch of its top Via and the method of its CSeq are the request's." */
function keyOf(branch: string, method: string): string {
  return `${branch} ${method}`;
}
