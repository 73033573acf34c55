/** What went wrong with the file, in a person's words. Never carries a value that was to be written. */

import { messageOf } from '../domain/message-of.ts';
import { StoreError, type StoreFault } from './store.ts';

interface Advice {
  readonly codes: RegExp;
  readonly means: string;
  readonly hint: (path: string) => string;
}

const OWNER = (path: string) =>
  `Give ${path} and its folder to the user the service runs as, writable; check that the disk is not mounted read-only.`;

const ADVICE: readonly Advice[] = [
  {
    codes: /^(SQLITE_FULL|ENOSPC|EDQUOT)$/,
    means: 'the disk is full',
    hint: (path) => `Free space on the disk that holds ${path}; nothing else needs doing.`,
  },
  {
    codes: /^(SQLITE_CORRUPT|SQLITE_NOTADB)/,
    means: 'the database is damaged',
    hint: () =>
      'Restart the service: at the start it sets the damaged file aside and recovers the locks from AstDB.',
  },
  {
    codes: /^(SQLITE_(READONLY|CANTOPEN|PERM|AUTH)|EACCES|EPERM|EROFS)/,
    means: 'it cannot be opened for writing',
    hint: OWNER,
  },
  {
    codes: /^(ENOENT|ENOTDIR)$/,
    means: 'its folder does not exist',
    hint: (path) => `Create the folder of ${path} for the user the service runs as, or correct the path.`,
  },
  {
    codes: /^(SQLITE_(BUSY|LOCKED))/,
    means: 'another program holds it locked',
    hint: (path) => `Close what else writes to ${path} (a database shell, a backup).`,
  },
  {
    codes: /^(SQLITE_IOERR|EIO|EFBIG)/,
    means: 'the disk refuses to read or write',
    hint: () => "See the kernel's log for errors of the disk, and the service's limit on the size of files.",
  },
];

/** The SQLite or system error code, '' where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The file itself is broken, as opposed to unreachable. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error));
}

/** One row is at fault, not the disk: another row may well be written. */
export function isRowFault(error: unknown): boolean {
  return error instanceof TypeError || /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/.test(codeOf(error));
}

/**
 * @param doing what could not be done, as the beginning of a sentence: `Cannot open`
 * @returns the error itself where it already is a StoreError
 */
export function storeError(error: unknown, fault: StoreFault, doing: string, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const code = codeOf(error);
  const advice = ADVICE.find(({ codes }) => codes.test(code));
  if (advice !== undefined) {
    return new StoreError(fault, `${doing} ${path}: ${advice.means} (${code})`, advice.hint(path), {
      cause: error,
    });
  }
  const why = messageOf(error);
  return new StoreError(fault, `${doing} ${path}: ${why}`, 'This is a fault of Device Lock: report it.', {
    cause: error,
  });
}
