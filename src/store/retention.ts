/** Keeps tables bounded in age and in rows, a few rows at a time, so that no batch waits for it. */
import type { Database } from 'better-sqlite3';
import type { BoundedTable, PruneStep } from './messages.ts';

/** For how long and how many; what is open or in force is never pruned. */
export type Retention = Readonly<Record<BoundedTable, { readonly days: number; readonly maxRows: number }>>;

export const DEFAULT_RETENTION: Retention = {
  violations: { days: 180, maxRows: 200_000 },
  sightings: { days: 180, maxRows: 200_000 },
  calls: { days: 180, maxRows: 200_000 },
  reactions: { days: 180, maxRows: 200_000 },
  audit: { days: 5 * 365, maxRows: 1_000_000 },
  deliveries: { days: 90, maxRows: 20_000 },
};

/** Each row costs every index of its table a page; this many take 2 ms where the table holds 200,000. */
const ROWS_A_STEP = 20;

/** The column that says how old a row is; rows without are not pruned. */
const AGE: Readonly<Record<BoundedTable, string>> = {
  violations: 'ended_at',
  sightings: 'last_seen',
  calls: 'at',
  reactions: 'last_at',
  audit: 'at',
  deliveries: 'settled_at',
};

/**
 * The pages that become free stay in the file and are used again by later rows: the bounds hold the file to its high-water
 * mark, and nothing is ever moved to shrink it.
 */
export class Pruner {
  readonly #statements;
  /** Rows above the bound that are still to go, by table; counting anew each step would cost more than the step. */
  readonly #excess = new Map<BoundedTable, number>();

  constructor(db: Database) {
    this.#statements = {
      violations: statements(db, 'violations'),
      sightings: statements(db, 'sightings'),
      calls: statements(db, 'calls'),
      reactions: statements(db, 'reactions'),
      audit: statements(db, 'audit'),
      deliveries: statements(db, 'deliveries'),
    };
  }

  /** One step. Returns how many rows are still to go at least, 0 where none is. */
  step({ table, before, maxRows }: PruneStep): number {
    const { count, deleteOld, deleteOldest } = this.#statements[table];
    if (deleteOld.run(before, ROWS_A_STEP).changes === ROWS_A_STEP) return 1;
    const excess = this.#excess.get(table) ?? (count.get() ?? 0) - maxRows;
    const gone = excess > 0 ? deleteOldest.run(Math.min(excess, ROWS_A_STEP)).changes : 0;
    const left = gone === 0 ? 0 : excess - gone;
    if (left > 0) this.#excess.set(table, left);
    else this.#excess.delete(table);
    return left;
  }
}

function statements(db: Database, table: BoundedTable) {
  const age = AGE[table];
  const oldest = `SELECT rowid FROM ${table} WHERE ${age} IS NOT NULL`;
  return {
    count: db.prepare<[], number>(`SELECT count(*) FROM ${table} WHERE ${age} IS NOT NULL`).pluck(),
    deleteOld: db.prepare<[number, number]>(
      `DELETE FROM ${table} WHERE rowid IN (${oldest} AND ${age} < ? ORDER BY ${age} LIMIT ?)`,
    ),
    deleteOldest: db.prepare<[number]>(
      `DELETE FROM ${table} WHERE rowid IN (${oldest} ORDER BY ${age} LIMIT ?)`,
    ),
  };
}
