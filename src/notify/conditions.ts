/**
 * Troubles of the service itself: each is told once it has lasted, and once more when it has been well for a while. What
 * comes and goes within that is nobody's night. Knows no clock.
 */
import type { Severity } from '../domain/alert.ts';

export interface Trouble {
  /** The same trouble has the same key. */
  readonly key: string;
  readonly severity: Severity;
  /** One line: what is wrong. */
  readonly title: string;
  readonly detail: string;
  readonly actions: readonly string[];
  /** Milliseconds that it lasts before it is told. */
  readonly after: number;
}

export interface OpenTrouble extends Trouble {
  /** Milliseconds since the epoch. */
  readonly since: number;
}

interface Entry {
  trouble: Trouble;
  readonly since: number;
  seen: number;
  isTold: boolean;
}

/** Milliseconds without it until a trouble counts as over. */
const WELL_AFTER = 30_000;

export class Conditions {
  readonly #entries = new Map<string, Entry>();

  /** Those that were told and are not over. */
  get open(): OpenTrouble[] {
    return [...this.#entries.values()]
      .filter(({ isTold }) => isTold)
      .map(({ trouble, since }) => ({ ...trouble, since }));
  }

  /** What is wrong at this moment. Returns what is to be told of it. */
  observe(
    troubles: readonly Trouble[],
    now: number,
  ): { readonly opened: Trouble[]; readonly over: OpenTrouble[] } {
    for (const trouble of troubles) {
      const known = this.#entries.get(trouble.key);
      if (known === undefined)
        this.#entries.set(trouble.key, { trouble, since: now, seen: now, isTold: false });
      else Object.assign(known, { trouble, seen: now });
    }
    const opened: Trouble[] = [];
    const over: OpenTrouble[] = [];
    for (const [key, entry] of this.#entries) {
      const { trouble, since, seen } = entry;
      const isThere = seen === now;
      if (isThere && !entry.isTold && now - since >= trouble.after) {
        entry.isTold = true;
        opened.push(trouble);
      }
      if (isThere || (entry.isTold && Math.abs(now - seen) < WELL_AFTER)) continue;
      this.#entries.delete(key);
      if (entry.isTold) over.push({ ...trouble, since });
    }
    return { opened, over };
  }
}
