/** The system-wide decisions: one row, or none while nobody decided anything. */
import type { Database } from 'better-sqlite3';
import type { Mode } from '../../domain/lock.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../domain/policy.ts';
import { bound, type Columns } from './columns.ts';

interface SettingsRow {
  mode: Mode;
  require_registration: number;
  fallback: string | null;
}

export class SettingsTable {
  readonly #read;
  readonly #write;

  constructor(db: Database) {
    this.#read = db.prepare<[], SettingsRow>('SELECT mode, require_registration, fallback FROM settings');
    this.#write = db.prepare<[Columns]>(
      `INSERT INTO settings (only, mode, require_registration, fallback)
       VALUES (1, @mode, @require_registration, @fallback)
       ON CONFLICT (only) DO UPDATE SET
         mode = excluded.mode, require_registration = excluded.require_registration, fallback = excluded.fallback`,
    );
  }

  read(): Settings {
    const row = this.#read.get();
    if (row === undefined) return DEFAULT_SETTINGS;
    return {
      mode: row.mode,
      requireRegistration: row.require_registration === 1,
      fallback: row.fallback ?? undefined,
    };
  }

  write(settings: Settings): void {
    this.#write.run(
      bound({
        mode: settings.mode,
        require_registration: settings.requireRegistration ? 1 : 0,
        fallback: settings.fallback ?? null,
      }),
    );
  }
}
