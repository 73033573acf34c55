/** What the database knows of itself: one row, there since the first migration. */
import type { Database } from 'better-sqlite3';

export interface Meta {
  readonly nextViolationId: number;
  readonly lastBatch: string;
  /** The path of the damaged file that this database replaced; undefined once the locks were recovered. */
  readonly setAside: string | undefined;
  readonly checkWhole: boolean;
  /** Locks of before were looked for in AstDB since this database was made. */
  readonly isRecovered: boolean;
}

interface MetaRow {
  next_violation_id: number;
  last_batch: string;
  set_aside: string | null;
  check_whole: number;
  is_recovered: number;
}

export class MetaTable {
  readonly #read;
  readonly #setAside;
  readonly #recovered;
  readonly #checkWhole;
  readonly #lastBatch;
  readonly #violationId;

  constructor(db: Database) {
    this.#read = db.prepare<[], MetaRow>('SELECT * FROM meta');
    this.#setAside = db.prepare<[string | null]>('UPDATE meta SET set_aside = ?');
    this.#recovered = db.prepare<[]>('UPDATE meta SET set_aside = NULL, is_recovered = 1');
    this.#checkWhole = db.prepare<[number]>('UPDATE meta SET check_whole = ?');
    this.#lastBatch = db.prepare<[string]>('UPDATE meta SET last_batch = ?');
    this.#violationId = db.prepare<[number]>(
      'UPDATE meta SET next_violation_id = max(next_violation_id, 1 + ?)',
    );
  }

  read(): Meta {
    const row = this.#read.get();
    if (row === undefined) throw new Error('The table meta has lost its row');
    return {
      nextViolationId: row.next_violation_id,
      lastBatch: row.last_batch,
      setAside: row.set_aside ?? undefined,
      checkWhole: row.check_whole === 1,
      isRecovered: row.is_recovered === 1,
    };
  }

  writeSetAside(path: string | undefined): void {
    this.#setAside.run(path ?? null);
  }

  writeRecovered(): void {
    this.#recovered.run();
  }

  writeCheckWhole(wanted: boolean): void {
    this.#checkWhole.run(wanted ? 1 : 0);
  }

  writeLastBatch(id: string): void {
    this.#lastBatch.run(id);
  }

  /** Numbers are never given twice, also when the violation that had one was pruned. */
  useViolationId(id: number): void {
    this.#violationId.run(id);
  }
}
