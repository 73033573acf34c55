/**
 * The latest events as lines, each with an id of its own, for who comes late or comes back. An id is the service's run and
 * a number in it, so that whoever comes back after a restart is told that something may be missing.
 */
import { harmlessJson } from '../domain/harmless.ts';
import type { ServiceEvent } from '../log/event-log.ts';

/** Events remembered. */
export const REMEMBERED = 1000;

interface Kept {
  readonly number: number;
  readonly line: string;
}

export class EventHistory {
  readonly #run: string;
  readonly #now: () => number;
  #latest: Kept[] = [];
  #number = 0;

  /**
   * @param run told apart from every other start of the service: lower-case letters and digits
   * @param now milliseconds since the epoch
   */
  constructor(run: string, now: () => number) {
    this.#run = run;
    this.#now = now;
  }

  /** Keeps it, and returns its line. */
  keep(event: ServiceEvent): string {
    const number = ++this.#number;
    const { event: name, at, ...fields } = event;
    // A line to every reader: to some, U+2028 in a User-Agent ends one, too.
    const line = `${harmlessJson({ event: name, at, id: `${this.#run}-${number}`, ...fields })}\n`;
    this.#latest.push({ number, line });
    // Now and then, not each time: taking one off the front moves all the others.
    if (this.#latest.length >= 2 * REMEMBERED) this.#latest = this.#latest.slice(-REMEMBERED);
    return line;
  }

  /** Oldest first. */
  latest(count: number): string[] {
    if (count === 0) return [];
    return this.#latest.slice(-Math.min(count, REMEMBERED)).map(({ line }) => line);
  }

  /**
   * What came after the event of this id. Where that is not known whole, a line `gap` comes first and says so: another run
   * of the service had that id, or more have come since than are remembered.
   */
  after(id: string): string[] {
    const [, run, digits] = /^([a-z0-9]{1,20})-([0-9]{1,15})$/.exec(id) ?? [];
    const seen = run === this.#run ? Number(digits) : undefined;
    const remembered = this.#latest.slice(-REMEMBERED);
    if (seen === undefined || seen > this.#number) {
      return [this.#gap(id, null), ...remembered.map(({ line }) => line)];
    }
    const later = remembered.filter(({ number }) => number > seen);
    const missed = (later[0]?.number ?? seen + 1) - seen - 1;
    const lines = later.map(({ line }) => line);
    return missed > 0 ? [this.#gap(id, missed), ...lines] : lines;
  }

  #gap(after: string, missed: number | null): string {
    return `${harmlessJson({ event: 'gap', at: new Date(this.#now()).toISOString(), after, missed })}\n`;
  }
}
