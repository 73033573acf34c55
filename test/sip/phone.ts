/**
 * A SIP phone for tests: registers, calls and is called at a real server, with any bytes in any header. Holds no policy:
 * it neither registers nor answers by itself unless told. Closing hangs up but does not unregister, like a phone whose
 * plug is pulled.
 */
import { type Call, type InviteOptions, placeCall } from './call.ts';
import { ClientTransactions } from './client-transactions.ts';
import { type HeaderValue, optionalHeader } from './encode.ts';
import { DEADLINE_MS, type SipResult } from './exchange.ts';
import { receiveRequest } from './inbound.ts';
import { Inbox } from './inbox.ts';
import { IncomingCall, type Reaction } from './incoming-call.ts';
import type { Line, ServerAddress } from './line.ts';
import { parseMessage } from './message.ts';
import { type RegisterOptions, Registration } from './registration.ts';
import type { ServerTransaction } from './server-transaction.ts';
import { ServerTransactions } from './server-transactions.ts';
import {
  openTransport,
  type Reply,
  type Transport,
  type TransportEvents,
  type TransportKind,
} from './transport.ts';

export interface PhoneOptions {
  readonly server: ServerAddress;
  readonly user: string;
  readonly password: string;
  /** Text (sent as UTF-8) or any bytes; null, the default, sends no header, '' one without a value. */
  readonly userAgent?: HeaderValue | null;
  /** Default 127.0.0.1. */
  readonly localIp?: string;
  /** Default 0: the system chooses. */
  readonly localPort?: number;
  /** Default udp. */
  readonly transport?: TransportKind;
  readonly onInvite?: (call: IncomingCall) => Reaction;
}

/** How many calls may be at the phone at once that came to it. */
const MAX_CALLS = 64;
/** What closing may take before everything is dropped. */
const CLOSE_DEADLINE_MS = 1000;

export class SipPhone implements AsyncDisposable {
  /** What the phone does when a call comes; it may be changed at any time. Default: it rings. */
  onInvite: (call: IncomingCall) => Reaction;
  readonly #line: Line;
  readonly #servers: ServerTransactions;
  readonly #registration: Registration;
  readonly #incoming = new Inbox<IncomingCall>();
  /** Those that came to this phone and are not over. */
  readonly #calls = new Set<IncomingCall>();
  #closing: Promise<void> | undefined;

  private constructor(options: PhoneOptions, transport: Transport) {
    const { server, user, password, userAgent = null } = options;
    const suffix = transport.kind === 'udp' ? '' : `;transport=${transport.kind}`;
    this.onInvite = options.onInvite ?? (() => 'ring');
    this.#servers = new ServerTransactions(transport.kind, optionalHeader('User-Agent', userAgent));
    this.#line = {
      transport,
      clients: new ClientTransactions(transport),
      server,
      credentials: { user, password },
      userAgent,
      contactUri: `sip:${user}@${transport.localIp}:${transport.localPort}${suffix}`,
      dialogs: new Map(),
      inviting: new Set(),
    };
    this.#registration = new Registration(this.#line);
  }

  /** Rejects with a {@link SipError} `unreachable` where the port is taken or nobody accepts the connection. */
  static async open(options: PhoneOptions): Promise<SipPhone> {
    const { server, localIp = '127.0.0.1', localPort = 0, transport: kind = 'udp' } = options;
    let receiver: TransportEvents | undefined;
    const transport = await openTransport(
      { kind, server, localIp, localPort },
      {
        received: (message, reply) => receiver?.received(message, reply),
        lost: (why) => receiver?.lost(why),
      },
    );
    const phone = new SipPhone(options, transport);
    receiver = {
      received: (message, reply) => phone.#receive(message, reply),
      lost: (why) => phone.#lose(why),
    };
    return phone;
  }

  /** Where this phone is: what the server sees as the source of its messages. */
  get address(): { readonly ip: string; readonly port: number } {
    return { ip: this.#line.transport.localIp, port: this.#line.transport.localPort };
  }

  get contactUri(): string {
    return this.#line.contactUri;
  }

  /** Registers; a second time it refreshes the same contact. `expires: 0` unregisters. A refusal is a status. */
  register(options: RegisterOptions = {}): Promise<SipResult> {
    return this.#registration.register(options);
  }

  /** Calls a number at the server, or a URI. A refusal is a status; see {@link placeCall}. */
  invite(number: string, options: InviteOptions = {}): Promise<Call> {
    return placeCall(this.#line, number, options);
  }

  /** The oldest call nobody asked for yet, or the next to come; `onInvite` has had its say on it. */
  incoming(options: { readonly deadlineMs?: number } = {}): Promise<IncomingCall> {
    return this.#incoming.next(options.deadlineMs ?? DEADLINE_MS);
  }

  /** Hangs up what is up, cancels what is not, within a second. The registration stays. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #receive(bytes: Buffer, reply: Reply): void {
    const message = parseMessage(bytes);
    switch (message.kind) {
      case 'malformed':
        return;
      case 'response':
        this.#line.clients.receive(message);
        return;
      case 'request': {
        const transaction = this.#servers.receive(message, reply);
        if (transaction === undefined) return;
        receiveRequest(this.#line, this.#servers, transaction, (invite) => this.#ring(invite));
      }
    }
  }

  #ring(transaction: ServerTransaction): void {
    if (this.#calls.size >= MAX_CALLS) {
      transaction.respond(503);
      return;
    }
    const call = new IncomingCall(this.#line, transaction);
    this.#calls.add(call);
    void call.ended.then(() => this.#calls.delete(call));
    // A call that cannot be answered was told so by its status.
    call.react(this.onInvite(call)).catch(() => undefined);
    this.#incoming.put(call);
  }

  async #close(): Promise<void> {
    const { dialogs, inviting } = this.#line;
    this.#incoming.close('the phone was closed');
    const ending = [...dialogs.values()].map((dialog) => dialog.hangup());
    for (const call of this.#calls) {
      // A connection that ends before the 480 is taken in would end the call in its own way.
      ending.push(call.hangup(), call.acknowledged);
    }
    for (const invite of inviting) {
      ending.push(invite.settled);
      invite.cancel();
    }
    await settledWithin(ending, CLOSE_DEADLINE_MS);
    this.#end('the phone was closed', 'local');
    await this.#line.transport.close();
  }

  #lose(why: string): void {
    this.#incoming.close(why);
    this.#end(why, 'lost');
  }

  #end(why: string, by: 'local' | 'lost'): void {
    this.#line.clients.close(why);
    this.#servers.close();
    for (const dialog of [...this.#line.dialogs.values()]) dialog.end(by);
    for (const call of this.#calls) call.end(by);
  }
}

async function settledWithin(promises: readonly Promise<unknown>[], deadlineMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const deadline = setTimeout(resolve, deadlineMs);
  await Promise.race([Promise.allSettled(promises), promise]);
  clearTimeout(deadline);
}
