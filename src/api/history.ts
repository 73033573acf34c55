/** What the database remembers of all extensions at once, read a page at a time. It reads only. */
import type { Sighting } from '../domain/sighting.ts';
import type { NamedPage, Store, ViolationDays } from '../store/store.ts';

export type HistoryStore = Pick<Store, 'lastSightings' | 'contactsSince' | 'violationDays'>;

export interface History {
  /** The latest of each extension. */
  readonly last: ReadonlyMap<string, Sighting>;
  /** By contact id, in milliseconds since the epoch. */
  readonly since: ReadonlyMap<string, number>;
  readonly days: ViolationDays;
}

export const NO_HISTORY: History = { last: new Map(), since: new Map(), days: new Map() };

const DAYS = 7;
/** Rows that come over at once: some milliseconds of this thread's time. */
const PAGE = 500;

/** @throws StoreError where the database gives no answer */
export async function readHistory(store: HistoryStore, now: number): Promise<History> {
  const days = await store.violationDays(beginsOfDays(now));
  const last = await inPages(
    (page) => store.lastSightings(page),
    (sighting) => [sighting.extension, sighting],
  );
  const since = await inPages(
    (page) => store.contactsSince(page),
    (row) => row,
  );
  return { last, since, days };
}

/** A number for each day, also where nothing was seen. */
export function daysOf({ days }: History, extension: string): readonly number[] {
  return days.get(extension) ?? QUIET;
}

const QUIET: readonly number[] = Array.from({ length: DAYS }, () => 0);

/** @param entryOf what is kept of one row, under the name by which the rows are sorted */
async function inPages<T, V>(
  read: (page: NamedPage) => Promise<readonly T[]>,
  entryOf: (row: T) => readonly [name: string, value: V],
): Promise<Map<string, V>> {
  const all = new Map<string, V>();
  let after = '';
  for (let isMore = true; isMore; ) {
    const rows = await read({ after, limit: PAGE });
    for (const row of rows) {
      const [name, value] = entryOf(row);
      all.set(name, value);
      after = name;
    }
    isMore = rows.length === PAGE;
  }
  return all;
}

/** Midnights of the server's calendar: days are not all of one length. */
function beginsOfDays(now: number): number[] {
  return Array.from({ length: DAYS }, (_, day) => {
    const begin = new Date(now);
    begin.setHours(0, 0, 0, 0);
    begin.setDate(begin.getDate() - (DAYS - 1 - day));
    return begin.getTime();
  });
}
