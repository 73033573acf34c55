/** What operators changed. Entries are added and, after years, pruned; never edited. */
import type { Database } from 'better-sqlite3';
import type { AuditEntry } from '../../domain/audit.ts';
import { bound, type Columns } from './columns.ts';

const COLUMNS = 'at, who, action, target, detail';

export class AuditTable {
  readonly #all;
  readonly #ofTarget;
  readonly #add;

  constructor(db: Database) {
    this.#all = db.prepare<[Columns], AuditEntry>(
      `SELECT ${COLUMNS} FROM audit ORDER BY id DESC LIMIT @limit`,
    );
    this.#ofTarget = db.prepare<[Columns], AuditEntry>(
      `SELECT ${COLUMNS} FROM audit WHERE target = @target ORDER BY id DESC LIMIT @limit`,
    );
    this.#add = db.prepare<[Columns]>(
      `INSERT INTO audit (${COLUMNS}) VALUES (@at, @who, @action, @target, @detail)`,
    );
  }

  /** Newest first, in the order they were written: a clock that jumped does not reorder them. */
  read({ target, limit }: { readonly target?: string; readonly limit: number }): AuditEntry[] {
    return target === undefined ? this.#all.all({ limit }) : this.#ofTarget.all({ target, limit });
  }

  add({ at, who, action, target, detail }: AuditEntry): void {
    this.#add.run(bound({ at, who, action, target, detail }));
  }
}
