/** Hands the service's events to whoever follows them, as JSON lines, and keeps the latest few for those who come later. */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { EventLog, ServiceEvent } from '../log/event-log.ts';
import { Audience } from './audience.ts';
import { EventHistory } from './event-history.ts';

export class Followers {
  readonly #events: EventLog;
  readonly #history: EventHistory;
  readonly #audience: Audience;

  /** @param heartbeatEvery milliseconds between two heartbeat lines */
  constructor(events: EventLog, now: () => number, heartbeatEvery?: number) {
    this.#events = events;
    this.#history = new EventHistory(randomBytes(6).toString('hex'), now);
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
    return this.#history.latest(count);
  }

  /** What came after the event of this id, with a line `gap` first where that is not known whole. */
  after(id: string): string[] {
    return this.#history.after(id);
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
    this.#audience.tell(this.#history.keep(event));
  };
}
