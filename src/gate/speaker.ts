/**
 * ding-dong's Context behind glass: it composes one AGI command and is told Asterisk's whole reply to it. It is never
 * given a socket, nor a byte that the guard has not understood first, so that nothing it does with either can matter.
 */
import { EventEmitter } from 'node:events';
import Context from 'ding-dong/lib/context.js';
import { VERDICT_VARIABLE } from './answer.ts';

/** What ding-dong sees of a header. It would cut the real one's values at their colons, and nobody asks it for them. */
const WHOLE_HEADER = 'agi_network: yes\n\n';
/** ding-dong would write to the console. */
const SILENT = { logger: () => undefined };

export class Speaker {
  readonly #link: Link;
  readonly #context: Context;
  #onCommand: ((command: string) => void) | undefined;
  #isWaiting = false;

  constructor() {
    this.#link = new Link((command) => this.#pass(command));
    this.#context = new Context(this.#link, SILENT);
    // ding-dong's stream has nothing that could fail, but without a listener a failure would end the process.
    this.#context.on('error', () => undefined);
    this.#link.deliver(WHOLE_HEADER);
  }

  /** Whether the reply to its last command is still out: another one would be given the wrong reply. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /**
   * @param word passes into the command as it is
   * @param onCommand is handed the command before this returns
   * @param onReply is told the code of Asterisk's reply; never called where none is heard
   */
  answer(word: string, onCommand: (command: string) => void, onReply: (code: number) => void): void {
    this.#isWaiting = true;
    this.#onCommand = onCommand;
    void this.#context.setVariable(VERDICT_VARIABLE, word).then(({ code }) => {
      this.#isWaiting = false;
      onReply(code);
    });
    this.#onCommand = undefined;
  }

  /**
   * Not in the turn of the event loop that made this speaker, as no reply of a network can be.
   * @param reply one whole line with its end, which has a code and a result
   */
  hear(reply: string): void {
    this.#link.deliver(reply);
  }

  #pass(command: string): void {
    this.#onCommand?.(command);
  }
}

/**
 * Speakers at rest, because making one costs more than all the rest of an answer. Only those come back that have heard
 * their reply; the others are left to the garbage collector, and with them the promise that never settles.
 */
export class SpeakerPool {
  readonly #resting: Speaker[] = [];
  readonly #most: number;

  /** @param most that are kept; there is no limit to those in use */
  constructor(most: number) {
    this.#most = most;
  }

  take(): Speaker {
    return this.#resting.pop() ?? new Speaker();
  }

  giveBack(speaker: Speaker): void {
    if (!speaker.isWaiting && this.#resting.length < this.#most) this.#resting.push(speaker);
  }
}

/** As much of a Duplex as Context uses. Its methods are fields because Context copies enumerable properties by name. */
class Link extends EventEmitter {
  readonly write: (command: string) => boolean;
  readonly end = (): this => this;
  readonly pause = (): this => this;
  readonly resume = (): this => this;

  constructor(onCommand: (command: string) => void) {
    super();
    this.write = (command) => {
      onCommand(command);
      return true;
    };
  }

  deliver(message: string): void {
    this.emit('data', Buffer.from(message, 'latin1'));
  }
}
