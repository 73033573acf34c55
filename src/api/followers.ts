/**
 * Hands the service's events to whoever follows them, as JSON lines. It keeps the latest few for those who come later,
 * and lets nobody hold it up: a reader that falls behind by more than a little is cut off.
 */

import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { EventLog, ServiceEvent } from '../log/event-log.ts';
import { EventHistory } from './event-history.ts';

const MAX_FOLLOWERS = 32;
/** Bytes that may wait for one follower. */
const MAX_BEHIND = 256 * 1024;
const HEARTBEAT_MS = 15_000;

export class Followers {
  readonly #events: EventLog;
  readonly #now: () => number;
  readonly #history: EventHistory;
  readonly #followers = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;

  /** @param heartbeatEvery milliseconds between two heartbeat lines */
  constructor(events: EventLog, now: () => number, heartbeatEvery: number = HEARTBEAT_MS) {
    this.#events = events;
    this.#history = new EventHistory(randomBytes(6).toString('hex'), now);
    this.#now = now;
    events.on('event', this.#onEvent);
    this.#timer = setInterval(() => this.#beat(), heartbeatEvery);
    this.#timer.unref();
  }

  get isFull(): boolean {
    return this.#followers.size >= MAX_FOLLOWERS;
  }

  get count(): number {
    return this.#followers.size;
  }

  /** The latest events as lines, oldest first. */
  latest(count: number): string[] {
    return this.#history.latest(count);
  }

  /** What came after the event of this id, with a line `gap` first where that is not known whole. */
  after(id: string): string[] {
    return this.#history.after(id);
  }

  /** From now on the response gets every event; it is let go when its peer goes. */
  add(response: ServerResponse): void {
    this.#followers.add(response);
    response.once('close', () => this.#followers.delete(response));
  }

  /** Ends every follower's response; no event is handed on afterwards. */
  close(): void {
    clearInterval(this.#timer);
    this.#events.off('event', this.#onEvent);
    for (const response of this.#followers) response.end();
    this.#followers.clear();
  }

  readonly #onEvent = (event: ServiceEvent): void => {
    this.#send(this.#history.keep(event));
  };

  #beat(): void {
    this.#send(`${JSON.stringify({ event: 'heartbeat', at: new Date(this.#now()).toISOString() })}\n`);
  }

  #send(line: string): void {
    for (const response of this.#followers) {
      if (response.writableLength > MAX_BEHIND) response.destroy();
      else response.write(line);
    }
  }
}
