/** Hands the service's events to whoever follows them, as JSON lines, and keeps the latest few for those who come later. */
import type { ServerResponse } from 'node:http';
import type { EventLog, ServiceEvent } from '../log/event-log.ts';
import { Audience } from './audience.ts';

/** Events remembered for followers who come later. */
export const REMEMBERED = 200;

export class Followers {
  readonly #events: EventLog;
  readonly #latest: string[] = [];
  readonly #audience: Audience;

  /** @param heartbeatEvery milliseconds between two heartbeat lines */
  constructor(events: EventLog, now: () => number, heartbeatEvery?: number) {
    this.#events = events;
    this.#audience = new Audience(
      () => `${JSON.stringify({ event: 'heartbeat', at: new Date(now()).toISOString() })}\n`,
      heartbeatEvery,
    );
    events.on('event', this.#onEvent);
  }

  get isFull(): boolean {
    return this.#audience.isFull;
  }

  get count(): number {
    return this.#audience.count;
  }

  /** The latest events as lines, oldest first. */
  latest(count: number): string[] {
    return count === 0 ? [] : this.#latest.slice(-count);
  }

  add(response: ServerResponse): void {
    this.#audience.add(response);
  }

  /** Ends every follower's response; no event is handed on afterwards. */
  close(): void {
    this.#events.off('event', this.#onEvent);
    this.#audience.close();
  }

  readonly #onEvent = (event: ServiceEvent): void => {
    const line = `${JSON.stringify(event)}\n`;
    this.#latest.push(line);
    if (this.#latest.length > REMEMBERED) this.#latest.shift();
    this.#audience.tell(line);
  };
}
