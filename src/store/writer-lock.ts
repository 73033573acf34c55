/**
 * Only one service may write to a database. SQLite's own lock on an empty file beside it, `<path>.lock`, says who:
 * the kernel drops it with the process, so kill -9 leaves no stale one. The file is never deleted and never written;
 * the database itself stays readable for a shell or a backup.
 */
import Database from 'better-sqlite3';
import { codeOf } from './failure.ts';
import { StoreError } from './store.ts';

/** How long to wait for a predecessor that is just closing, in milliseconds. */
const PATIENCE = 1000;

export interface WriterLock {
  release(): void;
}

/**
 * Waits up to {@link PATIENCE} ms.
 * @throws StoreError 'unusable' where another service holds it; whatever SQLite throws where the file cannot be made
 */
export function takeWriterLock(path: string): WriterLock {
  const file = `${path}.lock`;
  const db = new Database(file, { timeout: PATIENCE });
  try {
    // In memory, or the lock would come with a journal file that outlives kill -9.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!codeOf(error).startsWith('SQLITE_BUSY')) throw error;
    throw new StoreError(
      'unusable',
      `Another Device Lock already works on ${path}`,
      `Stop the other one, or give this one a database of its own. \`fuser ${file}\` shows which process it is.`,
      { cause: error },
    );
  }
  return { release: () => db.close() };
}
