/**
 * One connection to Asterisk's manager, from an open socket to its close: actions out, answers and events in, and a
 * Ping now and then so that a peer gone silent is noticed. It never reconnects, and never writes what it sends to a log.
 */
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { AsteriskError } from '../port.ts';
import { encodeAction, type Field } from './action.ts';
import { type Frame, FrameReader } from './frame.ts';
import { AmiMessage } from './message.ts';
import type { TakeEvent } from './requests.ts';
import type { Timers } from './timers.ts';
import { type Expectation, type Reply, Transactions } from './transactions.ts';

/** All in milliseconds. */
export interface ConnectionTiming {
  /** From the open socket to the banner. */
  readonly banner: number;
  /** Silence after which a Ping goes out. */
  readonly pingEvery: number;
  /** Silence after that Ping which ends the connection. */
  readonly pingDeadline: number;
  /** From Logoff to the close. */
  readonly logoff: number;
}

/** The most bytes that may wait for a peer that reads slowly. */
export const MAX_WRITE_BUFFER_BYTES = 1024 * 1024;

/** What one read of a socket brings at most; so much means that there is more. */
const FULL_CHUNK = 64 * 1024;

const BANNER = /^Asterisk Call Manager\b/;

export class AmiConnection extends EventEmitter<{ event: [message: AmiMessage] }> {
  /** Resolves at the first line of an Asterisk; rejects where the connection ends before. */
  readonly banner: Promise<string>;
  /** Resolves, with the reason in words, when the connection is gone. */
  readonly closed: Promise<string>;
  readonly #socket: Socket;
  readonly #timing: ConnectionTiming;
  readonly #timers: Timers;
  readonly #transactions: Transactions;
  readonly #reader = new FrameReader();
  readonly #idPrefix = randomBytes(4).toString('hex');
  readonly #greeting = Promise.withResolvers<string>();
  readonly #closing = Promise.withResolvers<string>();
  #lastId = 0;
  #closeReason: string | undefined;
  #hasHeard = false;
  #cancelTimer: () => void;

  constructor(socket: Socket, timing: ConnectionTiming, timers: Timers) {
    super();
    this.#socket = socket;
    this.#timing = timing;
    this.#timers = timers;
    this.#transactions = new Transactions(timers);
    this.banner = this.#greeting.promise;
    this.closed = this.#closing.promise;
    this.banner.catch(() => undefined);
    this.#cancelTimer = timers.after(timing.banner, () => {
      this.close(`no banner within ${timing.banner} ms`);
    });
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => this.close(error.message));
    socket.on('end', () => this.close('Asterisk closed the connection'));
    socket.on('close', () => this.close('the connection broke'));
  }

  /**
   * Sends an action and waits for its whole answer. @param take gets a list's events instead of the reply
   * @throws AsteriskError as the port says; `refused` also where too much already waits to be answered or sent
   */
  async send(action: string, fields: readonly Field[], deadline: number, take?: TakeEvent): Promise<Reply> {
    if (this.#closeReason !== undefined) throw new AsteriskError('disconnected', this.#closeReason);
    if (this.#transactions.isFull) {
      throw new AsteriskError('refused', `${action} was not sent: too many actions wait for Asterisk`);
    }
    this.#lastId += 1;
    const id = `${this.#idPrefix}-${this.#lastId}`;
    const bytes = encodeAction(action, fields, id);
    if (this.#socket.writableLength + bytes.length > MAX_WRITE_BUFFER_BYTES) {
      throw new AsteriskError('refused', `${action} was not sent: Asterisk reads too slowly`);
    }
    const expectation: Expectation = { action, deadline, take };
    const reply = this.#transactions.open(id, expectation);
    this.#socket.write(bytes);
    return reply;
  }

  /** Ends at once; everything that waits rejects. Only the first reason counts. */
  close(reason: string): void {
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this.#cancelTimer();
    this.#socket.destroy();
    const error = new AsteriskError('disconnected', `the connection to Asterisk is gone: ${reason}`);
    this.#transactions.rejectAll(error);
    this.#greeting.reject(error);
    this.#closing.resolve(reason);
  }

  /** Takes leave of Asterisk, then ends, whether it answered or not. */
  async logoff(): Promise<void> {
    const farewell = this.send('Logoff', [], this.#timing.logoff).catch(() => undefined);
    await Promise.race([farewell, this.closed]);
    this.close('stopped');
  }

  #read(chunk: Buffer): void {
    this.#hasHeard = true;
    for (const frame of this.#reader.push(chunk)) {
      if (this.#closeReason !== undefined) return;
      if (frame.kind === 'banner') this.#greet(frame);
      else this.#receive(frame);
    }
    if (this.#reader.fault !== undefined) this.close(`Asterisk sent ${this.#reader.fault}`);
    else if (chunk.length >= FULL_CHUNK) this.#pauseForOthers();
  }

  /** Much more is waiting: without this it would all be read before a call gets its turn. */
  #pauseForOthers(): void {
    this.#socket.pause();
    setImmediate(() => this.#socket.resume());
  }

  #greet(frame: Frame): void {
    const banner = frame.bytes.toString('latin1');
    if (!BANNER.test(banner)) {
      this.close('what answers there is not the manager of an Asterisk');
      return;
    }
    this.#cancelTimer();
    this.#watchSilence();
    this.#greeting.resolve(banner);
  }

  #receive(frame: Frame): void {
    const message = AmiMessage.parse(frame.bytes);
    if (message === undefined) this.close('Asterisk sent a line that is too long');
    else if (!this.#transactions.take(message) && message.event !== undefined) this.emit('event', message);
  }

  /** Any byte counts as life: the answer to a Ping queues behind a long list. */
  #watchSilence(): void {
    this.#hasHeard = false;
    this.#cancelTimer = this.#timers.after(this.#timing.pingEvery, () => {
      if (this.#hasHeard) return this.#watchSilence();
      const deadline = this.#timing.pingDeadline;
      this.send('Ping', [], deadline).catch(() => undefined);
      this.#cancelTimer = this.#timers.after(deadline, () => {
        if (this.#hasHeard) this.#watchSilence();
        else this.close(`Asterisk did not answer a Ping within ${deadline} ms`);
      });
    });
  }
}
