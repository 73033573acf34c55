/**
 * The numbered migrations, and how a database comes to the newest one. Each is one transaction together with its number,
 * so a crash leaves the schema before it or after it, never between.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { StoreError } from './store.ts';

/** Marks a file as Device Lock's: "DvLk". */
export const APPLICATION_ID = 0x44764c6b;

const FOLDER = new URL('./migrations/', import.meta.url);
const NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** The SQL of each migration; index 0 leads from an empty file to schema 1. */
export function readMigrations(folder: URL = FOLDER): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name, index) => {
    if (Number(NAME.exec(name)?.[1]) !== index + 1) {
      throw new Error(`Migration ${name} is not the number ${index + 1} of its row`);
    }
    return readFileSync(new URL(name, folder), 'utf8');
  });
}

export function schemaOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** @throws StoreError 'newer-schema' or, where another program's tables are in the file, 'unusable' */
export function refuseForeign(db: Database, path: string, newest: number): void {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new StoreError(
      'unusable',
      `${path} is a database, but not one of Device Lock's`,
      'Correct the path of the database in the configuration, or move that file away.',
    );
  }
  const schema = schemaOf(db);
  if (schema <= newest) return;
  throw new StoreError(
    'newer-schema',
    `${path} has schema ${schema}, written by a newer Device Lock; this one knows schemas up to ${newest}`,
    'Install the newer version again, or put back a database saved before the update.',
  );
}

/** Applies what is missing, in order. */
export function migrate(db: Database, migrations: readonly string[]): void {
  for (let number = schemaOf(db) + 1; number <= migrations.length; number++) {
    db.transaction(() => {
      db.exec(migrations[number - 1] ?? '');
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${number}`);
    }).immediate();
  }
}

/** Every table and index as SQL, for comparing two schemas. */
export function dumpSchema(db: Database): string {
  const rows = db
    .prepare<[], { sql: string }>(
      `SELECT sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY type DESC, name`,
    )
    .all();
  return rows.map(({ sql }) => `${sql};\n`).join('\n');
}
