/**
 * Tells the dialplan every second that the service is alive, by a global variable. It is written from the thread that
 * answers calls: where that thread hangs, the heartbeat stops.
 */
import type { Asterisk } from '../asterisk/port.ts';

/** The global variable; its value is seconds since the epoch. */
export const HEARTBEAT = 'DEVICELOCK_HEARTBEAT';
const EVERY_MS = 1000;

export class Heartbeat {
  readonly #asterisk: Pick<Asterisk, 'setGlobal' | 'connected'>;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #lastWritten: number | undefined;

  constructor(asterisk: Pick<Asterisk, 'setGlobal' | 'connected'>, now: () => number) {
    this.#asterisk = asterisk;
    this.#now = now;
  }

  /** When Asterisk last took a beat, in milliseconds since the epoch. */
  get lastWritten(): number | undefined {
    return this.#lastWritten;
  }

  start(): void {
    this.stop();
    this.#timer = setInterval(() => this.#beat(), EVERY_MS);
    this.#beat();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A farewell: the dialplan need not wait for a service that says it goes. */
  async end(): Promise<void> {
    this.stop();
    if (this.#asterisk.connected) await this.#asterisk.setGlobal(HEARTBEAT, '0').catch(() => undefined);
  }

  #beat(): void {
    if (!this.#asterisk.connected) return;
    const at = this.#now();
    this.#asterisk.setGlobal(HEARTBEAT, String(Math.floor(at / 1000))).then(
      () => {
        this.#lastWritten = at;
      },
      () => undefined,
    );
  }
}
