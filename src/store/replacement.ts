/**
 * Puts a new, empty database in place, and a damaged one aside: renamed with its -wal and -shm, never overwritten or
 * deleted. The new one is made whole under another name first and knows what it replaces, so that a crash at any
 * step is finished by the next start and the need to recover is never forgotten.
 */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { migrate } from './schema.ts';
import { MetaTable } from './tables/meta.ts';

const COMPANIONS = ['-wal', '-shm'] as const;

/** Makes `path`, which does not exist. */
export function createDatabase(path: string, migrations: readonly string[]): void {
  prepare(path, migrations, undefined);
  renameSync(`${path}.new`, path);
  syncFolder(path);
}

/**
 * @param at milliseconds since the epoch, for the name
 * @returns where the damaged file is now
 */
export function replaceDamaged(path: string, migrations: readonly string[], at: number): string {
  const setAside = freeName(path, at);
  prepare(path, migrations, setAside);
  if (existsSync(path)) renameSync(path, setAside);
  finish(path, setAside);
  return setAside;
}

/** To be called first at every start: completes a replacement that a crash cut short, or undoes its beginning. */
export function finishReplacement(path: string): void {
  if (!existsSync(`${path}.new`)) return;
  const setAside = existsSync(path) ? undefined : readSetAside(`${path}.new`);
  if (setAside === undefined) discard(path);
  else finish(path, setAside);
}

function prepare(path: string, migrations: readonly string[], setAside: string | undefined): void {
  discard(path);
  // Nobody else's business: it tells who called whom.
  closeSync(openSync(`${path}.new`, 'wx', 0o600));
  const db = new Database(`${path}.new`);
  try {
    db.pragma('synchronous = FULL');
    migrate(db, migrations);
    new MetaTable(db).writeSetAside(setAside);
  } catch (error) {
    db.close();
    discard(path);
    throw error;
  }
  db.close();
}

/** The -wal goes before the new database comes: SQLite would play an old log into it. */
function finish(path: string, setAside: string): void {
  for (const suffix of COMPANIONS) {
    if (existsSync(path + suffix)) renameSync(path + suffix, setAside + suffix);
  }
  renameSync(`${path}.new`, path);
  syncFolder(path);
}

function readSetAside(file: string): string | undefined {
  try {
    const db = new Database(file, { readonly: true });
    try {
      return new MetaTable(db).read().setAside;
    } finally {
      db.close();
    }
  } catch {
    // Half made: nothing was set aside for it yet.
    return undefined;
  }
}

function discard(path: string): void {
  for (const suffix of ['', '-journal']) rmSync(`${path}.new${suffix}`, { force: true });
}

function freeName(path: string, at: number): string {
  const stamp = new Date(at).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  const name = `${path}.damaged-${stamp}`;
  let free = name;
  for (let number = 2; existsSync(free) || existsSync(`${free}-wal`); number++) free = `${name}-${number}`;
  return free;
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
