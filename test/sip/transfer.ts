/**
 * The blind transfers of one call (RFC 3515): REFER, what NOTIFY reports of it, and the hangup that ends it. Never looks
 * at the new call, which is the server's.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ExtraHeader } from './encode.ts';
import { DEADLINE_MS, type SipResult } from './exchange.ts';
import { Inbox } from './inbox.ts';

export interface ReferOptions {
  readonly headers?: readonly ExtraHeader[];
  /** Milliseconds. Default 8000. */
  readonly deadlineMs?: number;
}

/** How many reports are kept. */
const MAX_NOTIFIED = 64;
/** Asterisk's report where the two sides of the call are not joined yet, some milliseconds after its 200. */
const NOT_JOINED = 400;
const NOT_JOINED_PAUSE_MS = 20;

export class Transfer {
  /** Statuses that NOTIFY reported, in order: 100, then 200 or why not. */
  readonly notified: number[] = [];
  readonly #outcomes = new Inbox<number>();
  readonly #sendRefer: (target: string, options: ReferOptions) => Promise<SipResult>;
  readonly #hangup: () => Promise<void>;
  #isAsked = false;

  constructor(
    sendRefer: (target: string, options: ReferOptions) => Promise<SipResult>,
    hangup: () => Promise<void>,
  ) {
    this.#sendRefer = sendRefer;
    this.#hangup = hangup;
  }

  /** One REFER. A 202 only says that the server will try. */
  refer(target: string, options: ReferOptions = {}): Promise<SipResult> {
    this.#isAsked = true;
    return this.#sendRefer(target, options);
  }

  /** What it came to: 200, or why not. Rejects with `timeout`, and with `closed` where the call ended before. */
  outcome(deadlineMs: number = DEADLINE_MS): Promise<number> {
    return this.#outcomes.next(deadlineMs);
  }

  /** REFER until the server has joined the two sides and can do it, or the deadline is over; what it came to. */
  async complete(target: string, options: ReferOptions = {}): Promise<number> {
    const deadline = performance.now() + (options.deadlineMs ?? DEADLINE_MS);
    for (;;) {
      const { status } = await this.refer(target, options);
      const outcome = status === 202 ? await this.outcome(Math.max(1, deadline - performance.now())) : status;
      if (outcome !== NOT_JOINED || performance.now() + NOT_JOINED_PAUSE_MS > deadline) return outcome;
      await pause(NOT_JOINED_PAUSE_MS);
    }
  }

  /**
   * "Each NOTIFY MUST contain a body of type message/sipfrag": it begins with a status line. After a success this side
   * hangs up, as phones do; Asterisk waits for it where the transferring side is the one that was called.
   */
  note(body: Buffer): void {
    const digits = /^SIP\/2\.0 ([1-6]\d\d)/.exec(body.toString('latin1', 0, 16))?.[1];
    if (digits === undefined) return;
    const status = Number(digits);
    if (this.notified.length < MAX_NOTIFIED) this.notified.push(status);
    if (status < 200) return;
    this.#outcomes.put(status);
    // The call is over on this side whatever becomes of the BYE.
    if (status < 300 && this.#isAsked) this.#hangup().catch(() => undefined);
  }

  close(): void {
    this.#outcomes.close('the call ended before its transfer did');
  }
}
