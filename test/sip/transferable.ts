/** What can be asked of a call once it is up, whoever placed it. */
import type { Dialog } from './dialog.ts';
import { SipError } from './error.ts';
import type { SipResult } from './exchange.ts';
import type { ReferOptions, Transfer } from './transfer.ts';

export abstract class Transferable {
  /** Undefined where the call was never answered. */
  protected abstract readonly dialog: Dialog | undefined;

  /** What NOTIFY reported of transfers, in order: 100, then 200 or why not. */
  get notified(): readonly number[] {
    return this.dialog?.transfer.notified ?? [];
  }

  /**
   * One REFER to a number or URI: a blind transfer. A 202 only says that Asterisk will try; {@link transferred} says what
   * it came to. @throws {SipError} `closed` where the call was never answered
   */
  async refer(target: string, options: ReferOptions = {}): Promise<SipResult> {
    return this.#transfer().refer(target, options);
  }

  /** 200, or why not: 400 is Asterisk's where it had not joined the two sides yet. */
  async transferred(deadlineMs?: number): Promise<number> {
    return this.#transfer().outcome(deadlineMs);
  }

  /** Blind transfer as soon as Asterisk has joined the two sides; what it came to. */
  async transfer(target: string, options: ReferOptions = {}): Promise<number> {
    return this.#transfer().complete(target, options);
  }

  #transfer(): Transfer {
    if (this.dialog === undefined)
      throw new SipError('closed', 'a call that is not up cannot be transferred');
    return this.dialog.transfer;
  }
}
