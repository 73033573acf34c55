/** The system-wide decisions: one row, or none while nobody decided anything. */
import type { Database } from 'better-sqlite3';
import { DEFAULT_SETTINGS, optionsInForce, type Settings } from '../../domain/policy.ts';
import { bound, type Columns } from './columns.ts';
import { OPTION_COLUMNS, type OptionsRow, optionColumns, optionsOf } from './options.ts';

interface SettingsRow extends OptionsRow {
  readonly fallback: string | null;
}

const COLUMNS = [...OPTION_COLUMNS, 'fallback'] as const;

export class SettingsTable {
  readonly #read;
  readonly #write;

  constructor(db: Database) {
    this.#read = db.prepare<[], SettingsRow>(`SELECT ${COLUMNS.join(', ')} FROM settings`);
    this.#write = db.prepare<[Columns]>(
      `INSERT INTO settings (only, ${COLUMNS.join(', ')})
       VALUES (1, ${COLUMNS.map((name) => `@${name}`).join(', ')})
       ON CONFLICT (only) DO UPDATE SET ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    );
  }

  read(): Settings {
    const row = this.#read.get();
    if (row === undefined) return DEFAULT_SETTINGS;
    return { ...optionsInForce(optionsOf(row), DEFAULT_SETTINGS), fallback: row.fallback ?? undefined };
  }

  write(settings: Settings): void {
    this.#write.run(bound({ ...optionColumns(settings), fallback: settings.fallback ?? null }));
  }
}
