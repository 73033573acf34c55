/**
 * The far end of an AMI connection, for faults that a real Asterisk cannot be made to show: it says exactly what a test
 * tells it to, and knows just enough of AMI to let a client log in.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export const SECRET = 'never-on-the-wire';
export const CHALLENGE = '1234567';
const KEY = createHash('md5').update(CHALLENGE).update(SECRET).digest('hex');
const DEADLINE_MS = 4000;

export class PeerSession {
  readonly #socket: Socket;
  readonly #actions: Action[] = [];
  readonly #waiting: ((action: Action) => void)[] = [];
  /** Everything the client sent. */
  received = '';
  #unread = '';

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk.toString('latin1')));
  }

  write(text: string | Buffer): void {
    this.#socket.write(text);
  }

  /** The next action the client sends, or has sent. */
  async action(): Promise<Action> {
    const known = this.#actions.shift();
    if (known !== undefined) return known;
    const next = new Promise<Action>((resolve) => this.#waiting.push(resolve));
    const timeout = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('the client sent no action')), DEADLINE_MS).unref();
    });
    return Promise.race([next, timeout]);
  }

  /** The next action, which must be this one. */
  async expect(name: string): Promise<Action> {
    const action = await this.action();
    if (action.name !== name) throw new Error(`the client sent ${action.name} instead of ${name}`);
    return action;
  }

  answer(action: Action, ...lines: string[]): void {
    this.write(['Response: Success', `ActionID: ${action.id}`, ...lines, '', ''].join('\r\n'));
  }

  refuse(action: Action, why: string): void {
    this.write(`Response: Error\r\nActionID: ${action.id}\r\nMessage: ${why}\r\n\r\n`);
  }

  greet(): void {
    this.write('Asterisk Call Manager/11.0.0\r\n');
  }

  /** Up to the point where an Asterisk that has booted says so. */
  async logIn({ booted = true } = {}): Promise<void> {
    this.greet();
    this.answer(await this.expect('Challenge'), `Challenge: ${CHALLENGE}`);
    const login = await this.expect('Login');
    if (login.field('Key') !== KEY) throw new Error('the client logged in with a wrong key');
    this.answer(login);
    if (booted) this.fullyBooted();
    for (let filters = 0; filters < 2; filters++) this.answer(await this.expect('Filter'));
    this.answer(await this.expect('CoreSettings'), 'AsteriskVersion: 22.10.0');
  }

  fullyBooted(): void {
    this.write('Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n');
  }

  /** Closes as Asterisk does: what was written still arrives. */
  end(): void {
    this.#socket.end();
  }

  /** The connection breaks. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Takes nothing more off the wire. */
  stopReading(): void {
    this.#socket.pause();
  }

  async closed(): Promise<void> {
    if (!this.#socket.closed) await once(this.#socket, 'close', { signal: AbortSignal.timeout(DEADLINE_MS) });
  }

  #read(text: string): void {
    this.received += text;
    this.#unread += text;
    const blocks = this.#unread.split('\r\n\r\n');
    this.#unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const action = new Action(block);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#actions.push(action);
      else waiting(action);
    }
  }
}

export class Action {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get name(): string {
    return this.field('Action');
  }

  get id(): string {
    return this.field('ActionID');
  }

  field(name: string): string {
    const line = this.#text.split('\r\n').find((one) => one.startsWith(`${name}: `));
    return line?.slice(name.length + 2) ?? '';
  }
}

export class AmiPeer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #sessions: PeerSession[] = [];
  readonly #waiting: ((session: PeerSession) => void)[] = [];
  readonly port: number;
  /** How many connections came. */
  count = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => {
      this.count += 1;
      this.#sockets.add(socket);
      const session = new PeerSession(socket);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#sessions.push(session);
      else waiting(session);
    });
  }

  static async listen(port = 0): Promise<AmiPeer> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new AmiPeer(server);
  }

  /** The next connection, or the first that nobody took yet. */
  session(): Promise<PeerSession> {
    const known = this.#sessions.shift();
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
