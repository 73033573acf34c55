/**
 * Hands the service's events to whoever follows them, as JSON lines. It keeps the latest few for those who come later,
 * and lets nobody hold it up: a reader that falls behind by more than a little is cut off.
 */
import type { ServerResponse } from 'node:http';
import type { EventLog, ServiceEvent } from '../log/event-log.ts';

/** Events remembered for followers who come later. */
export const REMEMBERED = 200;
const MAX_FOLLOWERS = 32;
/** Bytes that may wait for one follower. */
const MAX_BEHIND = 256 * 1024;
const HEARTBEAT_MS = 15_000;

export class Followers {
  readonly #events: EventLog;
  readonly #now: () => number;
  readonly #latest: string[] = [];
  readonly #followers = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;

  /** @param heartbeatEvery milliseconds between two heartbeat lines */
  constructor(events: EventLog, now: () => number, heartbeatEvery: number = HEARTBEAT_MS) {
    this.#events = events;
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
    return count === 0 ? [] : this.#latest.slice(-count);
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
    const line = `${JSON.stringify(event)}\n`;
    this.#latest.push(line);
    if (this.#latest.length > REMEMBERED) this.#latest.shift();
    this.#send(line);
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
