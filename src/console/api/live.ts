/**
 * Changes as they happen: server-sent events where the page stands alone, a look every five seconds inside FreePBX. A lost
 * connection is said and tried again; what was missed meanwhile is fetched when it is back.
 */
import type { LiveChange } from './shapes.ts';

export type LiveState = 'connecting' | 'live' | 'lost';
/** What the page needs of it; a look of its own has no time. */
export type Listener = (change: Told) => void;
type Told = Omit<LiveChange, 'at'>;

const EVERYTHING: Told = {
  topics: ['extensions', 'violations', 'settings', 'models', 'status', 'audit'],
  extensions: null,
};
const POLL_MS = 5000;
const AGAIN_MS = 3000;

export class Live {
  state: LiveState = 'connecting';
  readonly #listeners = new Set<Listener>();
  readonly #onState: (state: LiveState) => void;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onState: (state: LiveState) => void) {
    this.#onState = onState;
  }

  /** @param isThere asks the service anything: a stream that is refused may mean that the session is over */
  stream(isThere: () => Promise<unknown>): void {
    const source = new EventSource('/v1/stream');
    this.#source = source;
    source.addEventListener('hello', () => {
      const wasLost = this.state === 'lost';
      this.#become('live');
      if (wasLost) this.#tell(EVERYTHING);
    });
    source.addEventListener('change', ({ data }: MessageEvent<string>) => {
      this.#become('live');
      this.#tell(JSON.parse(data) as Told);
    });
    source.addEventListener('error', () => {
      this.#become('lost');
      if (source.readyState !== EventSource.CLOSED) return;
      source.close();
      isThere().catch(() => undefined);
      this.#timer = setTimeout(() => this.stream(isThere), AGAIN_MS);
    });
  }

  /** @param isThere asks the service anything */
  poll(isThere: () => Promise<unknown>): void {
    const look = async () => {
      try {
        if (!document.hidden) {
          await isThere();
          this.#become('live');
          this.#tell(EVERYTHING);
        }
      } catch {
        this.#become('lost');
      }
      this.#timer = setTimeout(() => void look(), POLL_MS);
    };
    this.#timer = setTimeout(() => void look(), POLL_MS);
    this.#become('live');
  }

  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#source?.close();
    clearTimeout(this.#timer);
  }

  #become(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    this.#onState(state);
  }

  #tell(change: Told): void {
    for (const listener of this.#listeners) listener(change);
  }
}
