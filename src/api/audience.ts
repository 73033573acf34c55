/**
 * Responses that stay open and are all told the same. Bounded: only so many, and nobody holds the others up; a reader that
 * falls behind by more than a little is cut off.
 */
import type { ServerResponse } from 'node:http';

const MAX_LISTENERS = 32;
/** Bytes that may wait for one of them. */
const MAX_BEHIND = 256 * 1024;
const HEARTBEAT_MS = 15_000;

export class Audience {
  readonly #responses = new Set<ServerResponse>();
  readonly #timer: NodeJS.Timeout;

  /**
   * @param beat what is said now and then, so that dead readers are noticed
   * @param heartbeatEvery milliseconds between two of these
   */
  constructor(beat: () => string, heartbeatEvery: number = HEARTBEAT_MS) {
    this.#timer = setInterval(() => this.tell(beat()), heartbeatEvery);
    this.#timer.unref();
  }

  get isFull(): boolean {
    return this.#responses.size >= MAX_LISTENERS;
  }

  get count(): number {
    return this.#responses.size;
  }

  /** From now on the response is told everything; it is let go when its peer goes. */
  add(response: ServerResponse): void {
    this.#responses.add(response);
    response.once('close', () => this.#responses.delete(response));
  }

  tell(text: string): void {
    for (const response of this.#responses) {
      if (response.writableLength > MAX_BEHIND) response.destroy();
      else response.write(text);
    }
  }

  /** Ends every response. */
  close(): void {
    clearInterval(this.#timer);
    for (const response of this.#responses) response.end();
    this.#responses.clear();
  }
}
