/** How Asterisk is reached, and when it last said something, for the status. */
import type { Asterisk } from '../asterisk/port.ts';

export class AsteriskWatch {
  readonly #asterisk: Asterisk;
  readonly #adapter: 'ami' | 'ari';
  #version: string | undefined;
  #since: number | undefined;
  #lastEvent: number | undefined;

  /** @param now milliseconds since the epoch */
  constructor(asterisk: Asterisk, adapter: 'ami' | 'ari', now: () => number) {
    this.#asterisk = asterisk;
    this.#adapter = adapter;
    asterisk.on('up', ({ version }) => {
      this.#version = version;
      this.#since = now();
    });
    asterisk.on('down', () => {
      this.#since = now();
    });
    for (const event of ['contactChanged', 'authenticated'] as const) {
      asterisk.on(event, () => {
        this.#lastEvent = now();
      });
    }
  }

  /** `since` and `lastEvent` in milliseconds since the epoch; undefined where there was nothing yet. */
  get status() {
    return {
      adapter: this.#adapter,
      connected: this.#asterisk.connected,
      version: this.#version,
      since: this.#since,
      lastEvent: this.#lastEvent,
    };
  }
}
