/**
 * Alerts that wait a moment for what is done by itself against the wrong device, so that one alert tells both. A message
 * gathers for longer than that. Bounded: where too many wait, the next go at once, and tell less.
 */
import type { ReactionKind } from '../domain/reaction.ts';
import type { ServiceEvent } from '../log/event-log.ts';

/** How often each was done. */
export type Done = Readonly<Partial<Record<ReactionKind, number>>>;

interface Waiting {
  readonly tell: (done: Done) => void;
  readonly timer: NodeJS.Timeout;
  done: Done;
}

/** Milliseconds. */
const WAIT = 1000;
const MAX_WAITING = 1000;
const KINDS: ReadonlySet<string> = new Set<ReactionKind>(['evicted', 'restored', 'hung-up']);

export class Held {
  /** By the violation's id. */
  readonly #waiting = new Map<number, Waiting>();

  /** @param violation its id */
  hold(violation: number, tell: (done: Done) => void): void {
    this.#go(violation);
    if (this.#waiting.size >= MAX_WAITING) {
      tell({});
      return;
    }
    const timer = setTimeout(() => this.#go(violation), WAIT);
    this.#waiting.set(violation, { tell, timer, done: {} });
  }

  /** Something was announced. */
  note({
    event,
    violation,
    count,
  }: ServiceEvent & { readonly violation?: unknown; readonly count?: unknown }) {
    if (!KINDS.has(event) || typeof violation !== 'number') return;
    const waiting = this.#waiting.get(violation);
    if (waiting === undefined) return;
    const kind = event as ReactionKind;
    waiting.done = { ...waiting.done, [kind]: (waiting.done[kind] ?? 0) + (Number(count) || 1) };
  }

  /** All that wait go now. */
  flush(): void {
    for (const violation of [...this.#waiting.keys()]) this.#go(violation);
  }

  #go(violation: number): void {
    const waiting = this.#waiting.get(violation);
    if (waiting === undefined) return;
    this.#waiting.delete(violation);
    clearTimeout(waiting.timer);
    waiting.tell(waiting.done);
  }
}
