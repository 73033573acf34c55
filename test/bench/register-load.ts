/**
 * The process behind registering.ts: one UDP socket for each phone, each phone authenticated, its last challenge used
 * again until Asterisk gives a new one, as phones do. It repeats nothing that was lost; it counts it.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { authorizationLine, type Challenge, challengeOf } from '../sip/digest.ts';
import { parseMessage, type SipResponse } from '../sip/message.ts';
import { encodeRequest, NO_BODY } from '../sip/request.ts';
import { newBranch, newToken } from '../sip/token.ts';
import type { LoadFigures, LoadOrder } from './registering.ts';

const TICK_MS = 2;
const PATIENCE_MS = 2000;
const ROUND_DEADLINE_MS = 30_000;
/** Each REGISTER asks for another time, so that each one changes what Asterisk stores. */
const EXPIRES = { least: 3000, range: 600 };

interface Phone {
  readonly extension: string;
  readonly password: string;
  readonly socket: Socket;
  readonly callId: string;
  readonly tag: string;
  cseq: number;
  challenge: Challenge | undefined;
  /** The REGISTER under way. */
  userAgent: string;
  sentAt: number;
  waiting: boolean;
  turn: number;
  accepted: number;
  acceptedAgent: string;
}

class Load {
  readonly #order: LoadOrder;
  readonly #phones: readonly Phone[];
  #sent = 0;
  #accepted = 0;
  #failed = 0;
  #from = 0;
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(order: LoadOrder, phones: readonly Phone[]) {
    this.#order = order;
    this.#phones = phones;
    for (const phone of phones) phone.socket.on('message', (bytes) => this.#receive(phone, bytes));
  }

  static async open(order: LoadOrder): Promise<Load> {
    const phones: Phone[] = [];
    for (const { extension, password } of order.accounts) {
      const socket = createSocket('udp4');
      socket.bind(0, order.at);
      await once(socket, 'listening');
      phones.push({
        ...{ extension, password, socket, callId: `${newToken()}@${order.at}`, tag: newToken() },
        ...{ cseq: 0, challenge: undefined, userAgent: '', sentAt: 0, waiting: false },
        ...{ turn: phones.length, accepted: 0, acceptedAgent: '' },
      });
    }
    return new Load(order, phones);
  }

  /** Each phone once, a few at a time. */
  async registerAll(): Promise<void> {
    const deadline = performance.now() + ROUND_DEADLINE_MS;
    for (const phone of this.#phones) {
      this.#register(phone);
      while (phone.waiting) {
        if (performance.now() > deadline) throw new Error('not every phone could register');
        this.#giveUpLate();
        if (!phone.waiting) this.#register(phone);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  }

  run(): void {
    this.#from = performance.now();
    [this.#sent, this.#accepted, this.#failed] = [0, 0, 0];
    for (const phone of this.#phones) phone.accepted = 0;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Resolves when the last REGISTER is answered or given up. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    while (this.#phones.some(({ waiting }) => waiting)) {
      this.#giveUpLate();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  get figures(): LoadFigures {
    const phones = this.#phones.map((phone) => [phone.extension, phone] as const);
    return {
      addresses: Object.fromEntries(phones.map(([extension, { socket }]) => [extension, addressOf(socket)])),
      ...{ sent: this.#sent, accepted: this.#accepted, failed: this.#failed },
      last: Object.fromEntries(
        phones.map(([extension, { acceptedAgent, accepted }]) => [
          extension,
          { userAgent: acceptedAgent, accepted },
        ]),
      ),
      seconds: (performance.now() - this.#from) / 1000,
    };
  }

  #tick(): void {
    this.#giveUpLate();
    const due = ((performance.now() - this.#from) / 1000) * this.#order.rate;
    for (let tries = this.#phones.length; this.#sent < due && tries > 0; tries--) {
      const phone = this.#phones[this.#next++ % this.#phones.length];
      if (phone !== undefined && !phone.waiting) this.#register(phone);
    }
  }

  #giveUpLate(): void {
    const before = performance.now() - PATIENCE_MS;
    for (const phone of this.#phones) {
      if (!phone.waiting || phone.sentAt > before) continue;
      phone.waiting = false;
      this.#failed++;
    }
  }

  #register(phone: Phone): void {
    const { userAgents } = this.#order;
    phone.userAgent = userAgents[phone.turn++ % userAgents.length] ?? '';
    this.#sent++;
    this.#send(phone);
  }

  #send(phone: Phone): void {
    const { server } = this.#order;
    const uri = `sip:${server.host}:${server.port}`;
    const aor = `<sip:${phone.extension}@${server.host}:${server.port}>`;
    const { challenge } = phone;
    const bytes = encodeRequest({
      method: 'REGISTER',
      uri,
      sentBy: `UDP ${addressOf(phone.socket)}`,
      branch: newBranch(),
      from: `${aor};tag=${phone.tag}`,
      to: aor,
      callId: phone.callId,
      cseq: ++phone.cseq,
      userAgent: phone.userAgent,
      lines: [
        ['Contact', `<sip:${phone.extension}@${addressOf(phone.socket)}>`],
        ['Expires', String(EXPIRES.least + (phone.cseq % EXPIRES.range))],
        ...(challenge === undefined
          ? []
          : [
              authorizationLine(
                challenge,
                { method: 'REGISTER', uri },
                { user: phone.extension, password: phone.password },
                newToken(),
              ),
            ]),
      ],
      extra: [],
      body: NO_BODY,
    });
    phone.waiting = true;
    phone.sentAt = performance.now();
    phone.socket.send(bytes, server.port, server.host);
  }

  #receive(phone: Phone, bytes: Buffer): void {
    const message = parseMessage(bytes);
    if (message.kind !== 'response' || message.status < 200 || !phone.waiting) return;
    if (message.headers.get('cseq') !== `${phone.cseq} REGISTER`) return;
    this.#takeAnswer(phone, message);
  }

  #takeAnswer(phone: Phone, response: SipResponse): void {
    const challenge = challengeOf(response);
    const isNew = challenge !== undefined && challenge.nonce !== phone.challenge?.nonce;
    if (isNew) {
      phone.challenge = challenge;
      this.#send(phone);
      return;
    }
    phone.waiting = false;
    if (response.status === 200) {
      this.#accepted++;
      phone.accepted++;
      phone.acceptedAgent = phone.userAgent;
    } else this.#failed++;
  }
}

function addressOf(socket: Socket): string {
  const { address, port } = socket.address();
  return `${address}:${port}`;
}

process.once('disconnect', () => process.exit(1));
process.once('message', async (order) => {
  const load = await Load.open(order as LoadOrder);
  await load.registerAll();
  process.send?.(load.figures);
  load.run();
  process.once('message', async () => {
    await load.stop();
    process.send?.(load.figures, () => process.exit(0));
  });
});
