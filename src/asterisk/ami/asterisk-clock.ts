/** What time it is at Asterisk, which may be another host with another clock: expiries are in its time, not in ours. */
import type { AmiRequests } from './requests.ts';
import type { Timers } from './timers.ts';

export class AsteriskClock {
  readonly #client: AmiRequests;
  readonly #timers: Timers;
  #ahead: Promise<number> | undefined;

  constructor(client: AmiRequests, timers: Timers) {
    this.#client = client;
    this.#timers = timers;
  }

  /** Compares the clocks anew at the next question. */
  forget(): void {
    this.#ahead = undefined;
  }

  /** Seconds since the epoch. */
  async now(): Promise<number> {
    this.#ahead ??= this.#compare();
    try {
      return this.#timers.now() / 1000 + (await this.#ahead);
    } catch (error) {
      this.#ahead = undefined;
      throw error;
    }
  }

  /** The answer to a Ping carries the time, as `1795216144.714250`. */
  async #compare(): Promise<number> {
    const reply = await this.#client.request('Ping');
    const theirs = Number.parseFloat(reply.text('Timestamp') ?? '');
    return Number.isFinite(theirs) ? theirs - this.#timers.now() / 1000 : 0;
  }
}
