/**
 * Owns one connection from Asterisk, from accept to close: its deadlines, its bytes, its framing and every way it can
 * end. ding-dong composes the answer behind it and never meets the socket. Nothing here judges a call, and nothing a
 * caller wrote gets past it unparsed.
 *
 * The answer is written as soon as the head is whole, and the sending side is closed right behind it, while Asterisk
 * still writes the rest of its header. Asterisk reads nothing before it has written that, finds command and end
 * waiting, and the call goes on without having waited for the gate.
 */
import type { Socket } from 'node:net';
import type { EnrolmentWord } from '../domain/enrolment.ts';
import { type Answer, answerWord, enrolmentWord, isAnswerCommand, isWord } from './answer.ts';
import { type EnrolRequest, isEnrolRequest, readEnrolRequest } from './enrol-request.ts';
import { type GateFault, type GateFaultCode, gateFault } from './fault.ts';
import { HeadReader } from './head.ts';
import { findReply, TAIL_BYTES } from './reply.ts';
import { type GateRequest, readRequest } from './request.ts';
import type { Speaker, SpeakerPool } from './speaker.ts';

export interface GuardLimits {
  /** Milliseconds from accept until the question must be whole. */
  readonly requestMs: number;
  /** Milliseconds from accept until the session must be over. */
  readonly sessionMs: number;
  /** The most that is read from one connection. */
  readonly bytes: number;
}

/** What a session needs of the server. None of it may throw, except `decide` and `enrol`. */
export interface GuardHost {
  readonly limits: GuardLimits;
  readonly speakers: SpeakerPool;
  readonly decide: (request: GateRequest) => Answer;
  readonly enrol: (request: EnrolRequest) => Promise<EnrolmentWord>;
  /** Monotonic milliseconds, with fractions. */
  readonly clock: () => number;
  /** The answer to a call's question is on its way; `tookMs` is the service's own part. */
  readonly onAnswered: (tookMs: number) => void;
  /** Asterisk confirmed that it took the answer. */
  readonly onTaken: () => void;
  /** At most once a session. */
  readonly onFault: (fault: GateFault) => void;
  /** Once, when the socket is closed. */
  readonly onClosed: (session: Session) => void;
}

/** `taken` is an answer that Asterisk confirmed; `over` is every other end. */
type State = 'head' | 'deciding' | 'answered' | 'taken' | 'over';

export class Session {
  readonly #socket: Socket;
  readonly #host: GuardHost;
  readonly #openedAt: number;
  readonly #head = new HeadReader();
  #state: State = 'head';
  /** A call's question, and its answer was written. */
  #isCall = false;
  #received = 0;
  /** When the bytes came that made the head whole. */
  #askedAt = 0;
  /** The last of what came behind the answer, one character a byte. */
  #tail = '';
  #speaker: Speaker | undefined;

  constructor(socket: Socket, host: GuardHost) {
    this.#socket = socket;
    this.#host = host;
    this.#openedAt = host.clock();
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('end', () => this.#onEnd());
    socket.on('error', (error) => this.#onBroken(error));
    socket.on('close', () => this.#onClose());
  }

  /**
   * Ends what took too long.
   * @returns whether the session is so young that none opened after it can be late
   */
  checkDeadlines(now: number): boolean {
    const age = now - this.#openedAt;
    const { requestMs, sessionMs } = this.#host.limits;
    if (age >= sessionMs) this.#fail('session-timeout');
    else if (age >= requestMs && this.#state === 'head') this.#fail('request-timeout');
    return age < Math.min(requestMs, sessionMs);
  }

  /** Closes without a word: the dialplan decides. */
  abandon(): void {
    this.#state = 'over';
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#state === 'over') return;
    this.#received += chunk.length;
    if (this.#received > this.#host.limits.bytes) this.#fail('too-long');
    else if (this.#state === 'head') this.#readHead(chunk);
    else this.#keepTail(chunk);
  }

  #readHead(chunk: Buffer): void {
    this.#askedAt = this.#host.clock();
    const head = this.#head.push(chunk);
    if (head.kind === 'not-agi') this.#fail('not-agi');
    if (head.kind !== 'whole') return;
    const read = isEnrolRequest(head.lines) ? readEnrolRequest(head.lines) : readRequest(head.lines);
    if (read.kind === 'fault') this.#fail(read.code, read.detail);
    else if (read.kind === 'enrol') void this.#enrol(read.request);
    else this.#judge(read.request);
  }

  /** Of what comes behind the answer: a reply to it can be nowhere else. */
  #keepTail(chunk: Buffer): void {
    const kept = chunk.toString('latin1', Math.max(0, chunk.length - TAIL_BYTES));
    this.#tail = (this.#tail + kept).slice(-TAIL_BYTES);
  }

  #judge(request: GateRequest): void {
    this.#state = 'deciding';
    let word: unknown;
    try {
      word = answerWord(this.#host.decide(request));
    } catch (error) {
      this.#fail('decide-failed', undefined, error);
      return;
    }
    if (!this.#say(word)) return;
    this.#isCall = true;
    this.#host.onAnswered(this.#host.clock() - this.#askedAt);
  }

  /** The one question that waits for the disk: only its caller does, and not past the session's deadline. */
  async #enrol(request: EnrolRequest): Promise<void> {
    this.#state = 'deciding';
    let word: unknown;
    try {
      word = enrolmentWord(await this.#host.enrol(request));
    } catch (error) {
      this.#fail('decide-failed', undefined, error);
      return;
    }
    if (this.#state === 'deciding') this.#say(word);
  }

  /** @returns whether the answer was written */
  #say(word: unknown): boolean {
    if (!isWord(word)) {
      this.#fail('bad-answer', undefined, new Error(show(String(word))));
      return false;
    }
    this.#speaker = this.#host.speakers.take();
    this.#speaker.answer(
      word,
      (command) => this.#write(command),
      (code) => this.#onReply(code),
    );
    return this.#state === 'answered';
  }

  #write(command: string): void {
    if (this.#state !== 'deciding') return;
    if (!isAnswerCommand(command)) {
      this.#fail('bad-answer', undefined, new Error(show(command)));
      return;
    }
    this.#state = 'answered';
    this.#socket.end(Buffer.from(command, 'latin1'));
  }

  /** Asterisk closed: what it said last tells whether it took the answer. */
  #onEnd(): void {
    if (this.#state === 'head' && this.#received > 0) this.#fail('closed-early');
    if (this.#state === 'deciding') this.#fail('not-taken');
    const reply = this.#state === 'answered' ? findReply(this.#tail) : undefined;
    if (reply !== undefined) this.#speaker?.hear(reply);
    this.#socket.destroy();
  }

  #onReply(code: number): void {
    if (this.#state !== 'answered' || code !== 200) return;
    this.#state = 'taken';
    if (this.#isCall) this.#host.onTaken();
  }

  #onBroken(error: Error): void {
    this.#fail(this.#state === 'answered' ? 'not-taken' : 'connection-failed', undefined, error);
  }

  #onClose(): void {
    if (this.#state === 'answered') this.#fail('not-taken');
    this.#state = 'over';
    if (this.#speaker !== undefined) this.#host.speakers.giveBack(this.#speaker);
    this.#host.onClosed(this);
  }

  #fail(code: GateFaultCode, detail?: string, cause?: unknown): void {
    if (this.#state === 'over' || this.#state === 'taken') return;
    this.#state = 'over';
    this.#host.onFault(gateFault(code, detail, cause));
    this.#socket.destroy();
  }
}

/** For the log of a bug: one line, and not a long one. */
function show(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
