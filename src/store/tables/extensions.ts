/** The extensions Asterisk listed last, with their labels. */
import type { Database } from 'better-sqlite3';
import { bound, type Columns } from './columns.ts';

interface ExtensionRow {
  name: string;
  label: string | null;
}

export class ExtensionsTable {
  readonly #read;
  readonly #put;
  readonly #delete;

  constructor(db: Database) {
    this.#read = db.prepare<[], ExtensionRow>('SELECT * FROM extensions ORDER BY name');
    this.#put = db.prepare<[Columns]>(
      `INSERT INTO extensions VALUES (@name, @label)
       ON CONFLICT (name) DO UPDATE SET label = excluded.label`,
    );
    this.#delete = db.prepare<[string]>('DELETE FROM extensions WHERE name = ?');
  }

  readAll(): Map<string, string | undefined> {
    return new Map(this.#read.all().map(({ name, label }) => [name, label ?? undefined]));
  }

  /** Writes only what differs: the same list comes again with every sweep. */
  replaceAll(extensions: ReadonlyMap<string, string | undefined>): void {
    const stored = this.readAll();
    for (const name of stored.keys()) {
      if (!extensions.has(name)) this.#delete.run(name);
    }
    for (const [name, label] of extensions) {
      if (stored.has(name) && stored.get(name) === label) continue;
      this.#put.run(bound({ name, label: label ?? null }));
    }
  }
}
