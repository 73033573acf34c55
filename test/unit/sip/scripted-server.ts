/**
 * A SIP server of the unit tests' own, at the other end of a real socket: a function answers each request, and it can ask
 * the phone in its turn. Never repeats anything and knows no users.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { encodeMessage, type HeaderLine } from '../../sip/encode.ts';
import { Inbox } from '../../sip/inbox.ts';
import { parseMessage, type SipRequest, type SipResponse } from '../../sip/message.ts';
import { encodeResponse } from '../../sip/response.ts';

export interface Answer {
  readonly status: number;
  readonly lines?: readonly HeaderLine[];
}

/** No answer, one, or several in turn. */
export type Script = (request: SipRequest) => readonly Answer[];

export class ScriptedServer {
  /** Every request, in order of arrival. */
  readonly requests: SipRequest[] = [];
  /** Those that nobody took from here yet, ACK included. */
  readonly arrivals = new Inbox<SipRequest>();
  readonly responses = new Inbox<SipResponse>();
  script: Script = () => [{ status: 200 }];
  readonly #socket: Socket;
  #phone: RemoteInfo | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (bytes, source) => this.#receive(bytes, source));
  }

  static async open(): Promise<ScriptedServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new ScriptedServer(socket);
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.#socket.address().port };
  }

  /** The next request of this method; others before it are passed over. */
  async next(method: string): Promise<SipRequest> {
    for (;;) {
      const request = await this.arrivals.next(3000);
      if (request.method === method) return request;
    }
  }

  /** Asks the phone. Lines: To, From, Call-ID, CSeq and what the method needs. */
  ask(method: string, branch: string, lines: readonly HeaderLine[], body = ''): void {
    const via: HeaderLine = ['Via', `SIP/2.0/UDP 127.0.0.1:${this.address.port};branch=${branch}`];
    const content = Buffer.from(body);
    const length: HeaderLine = ['Content-Length', String(content.length)];
    this.send(encodeMessage(`${method} sip:phone SIP/2.0`, [via, ...lines, length], content));
  }

  send(bytes: Buffer): void {
    if (this.#phone === undefined) throw new Error('no phone has spoken yet');
    this.#socket.send(bytes, this.#phone.port, this.#phone.address);
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #receive(bytes: Buffer, source: RemoteInfo): void {
    this.#phone = source;
    const message = parseMessage(bytes);
    if (message.kind === 'response') this.responses.put(message);
    if (message.kind !== 'request') return;
    this.requests.push(message);
    this.arrivals.put(message);
    if (message.method === 'ACK') return;
    for (const { status, lines = [] } of this.script(message)) {
      const answer = { status, reason: 'R', lines, body: Buffer.alloc(0) };
      this.send(encodeResponse(message, answer, 'servertag'));
    }
  }
}
