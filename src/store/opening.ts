/**
 * Opens the database for service: alone, intact, at the newest schema, durable. A damaged file is set aside and
 * replaced; one that cannot be reached, is another program's, or is newer is refused and left untouched.
 */
import { accessSync, constants, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { codeOf, isDamage, storeError } from './failure.ts';
import { createDatabase, finishReplacement, replaceDamaged } from './replacement.ts';
import { migrate, readMigrations, refuseForeign } from './schema.ts';
import { type Snapshot, StoreError } from './store.ts';
import { type Meta, MetaTable } from './tables/meta.ts';
import { isWalDamaged } from './wal.ts';
import { takeWriterLock, type WriterLock } from './writer-lock.ts';

/**
 * Up to this size the whole file is checked at the start (at most 0.1 s, 1 s from a cold disk). In a larger one the
 * tables that decide are, and the history is once damage was met in it: 200 MB take 0.3 s, and 4 s from a cold disk.
 */
export const CHECK_WHOLE_BELOW = 32 * 1024 * 1024;

/** A database has one page at least; SQLite takes a file of less for an empty one. */
const SMALLEST_PAGE = 512;

/** Tables that grow with the years and decide nothing. */
const HISTORY = `'violations', 'sightings', 'calls', 'audit'`;

export interface Opened {
  readonly db: Database.Database;
  readonly lock: WriterLock;
  readonly path: string;
  readonly schema: number;
  readonly origin: Snapshot['origin'];
}

export interface Opening {
  readonly path: string;
  /** `again`: the thread ended while serving; nothing is replaced or made, for memory has gone on meanwhile. */
  readonly again: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** @throws StoreError 'unusable' or 'newer-schema' */
export function openDatabase({ path: wanted, again, now }: Opening): Opened {
  let lock: WriterLock | undefined;
  try {
    const path = resolve(wanted);
    lock = takeWriterLock(path);
    finishReplacement(path);
    const migrations = readMigrations();
    if (!again) makeIntact(path, migrations, now);
    const db = openIntact(path, migrations);
    return { db, lock, path, schema: migrations.length, origin: originOf(new MetaTable(db).read()) };
  } catch (error) {
    lock?.release();
    throw storeError(error, 'unusable', 'Cannot open', wanted);
  }
}

/** One file, one lock, whatever symbolic links lead to it. */
function resolve(wanted: string): string {
  try {
    return realpathSync(wanted);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return join(realpathSync(dirname(wanted)), basename(wanted));
  }
}

function originOf({ setAside, isRecovered }: Meta): Snapshot['origin'] {
  if (setAside !== undefined) return { kind: 'replaced', setAside };
  return { kind: isRecovered ? 'existing' : 'new' };
}

/** Afterwards there is an intact database at the path. */
function makeIntact(path: string, migrations: readonly string[], now: number): void {
  const main = statOf(path);
  const wal = statOf(`${path}-wal`);
  if (main === undefined && wal === undefined) {
    createDatabase(path, migrations);
    return;
  }
  if (main === undefined || (main.isFile() && main.size < SMALLEST_PAGE)) {
    replaceDamaged(path, migrations, now);
    return;
  }
  if (!main.isFile()) throw new StoreError('unusable', `${path} is not a file`, 'Correct the path.');
  accessSync(path, constants.R_OK | constants.W_OK);
  // Read before SQLite opens anything: closing a file drops every lock the process has on it.
  const walDamaged = wal !== undefined && isWalDamaged(readFileSync(`${path}-wal`));
  const db = new Database(path, { timeout: 2000 });
  try {
    if (walDamaged || isDatabaseDamaged(db, path, migrations.length, main.size)) {
      replaceDamaged(path, migrations, now);
    }
  } finally {
    // Only now: closing earlier would write the log into the damaged file; moved away, it is left alone.
    db.close();
  }
}

function isDatabaseDamaged(db: Database.Database, path: string, newest: number, bytes: number): boolean {
  try {
    refuseForeign(db, path, newest);
    const suspect = db.prepare<[], number>('SELECT check_whole FROM meta').pluck().get() === 1;
    const passes = (what: string) => db.pragma(`quick_check(${what})`, { simple: true }) === 'ok';
    if (bytes > CHECK_WHOLE_BELOW && !suspect) return !decidingTables(db).every(passes);
    if (!passes('1')) return true;
    if (suspect) db.exec('UPDATE meta SET check_whole = 0');
    return false;
  } catch (error) {
    if (isDamage(error)) return true;
    throw error;
  }
}

function decidingTables(db: Database.Database): string[] {
  return db
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema
       WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name NOT IN (${HISTORY})`,
    )
    .pluck()
    .all();
}

function openIntact(path: string, migrations: readonly string[]): Database.Database {
  const db = new Database(path, { fileMustExist: true, timeout: 2000 });
  try {
    db.pragma('journal_mode = WAL');
    // FULL syncs the log at every commit: what was reported saved survives a power cut.
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('trusted_schema = OFF');
    db.pragma('journal_size_limit = 16777216');
    refuseForeign(db, path, migrations.length);
    migrate(db, migrations);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
