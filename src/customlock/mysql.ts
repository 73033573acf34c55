/**
 * Reads customlock's three tables with MySQL's own client, which every FreePBX has: one reader for MariaDB 5.5 and newer,
 * and nothing to install. It only reads. The password goes by the environment, never by the command line.
 */
import { execFile } from 'node:child_process';
import type { Row } from './columns.ts';
import type { DatabaseAccess } from './freepbx-conf.ts';
import type { Tables } from './plan.ts';

/** Milliseconds for one table. */
const DEADLINE_MS = 10_000;
const LARGEST = 64 * 1024 * 1024;

/** Its message is what the client said, without a password; `isAbsent`: there is no such table. */
export class MysqlError extends Error {
  override readonly name = 'MysqlError';
  readonly isAbsent: boolean;

  constructor(message: string, isAbsent: boolean) {
    super(message);
    this.isAbsent = isAbsent;
  }
}

/** @param onAbsent told of a table that is not there, which then counts as empty */
export async function readTables(access: DatabaseAccess, onAbsent: (table: string) => void): Promise<Tables> {
  const read = async (table: string): Promise<Row[]> => {
    try {
      return parseBatch(await ask(access, `SELECT * FROM \`${table}\``));
    } catch (error) {
      if (!(error instanceof MysqlError && error.isAbsent)) throw error;
      onAbsent(table);
      return [];
    }
  };
  return {
    phones: await read('customlock_phones'),
    extensions: await read('customlock_extension'),
    config: await read('customlock_config'),
  };
}

/** What `mysql --batch` prints: a line of columns, then a line a row; tab, line end, NUL and backslash are escaped. */
export function parseBatch(text: string): Row[] {
  const [head, ...lines] = text.split('\n');
  const columns = (head ?? '').split('\t').map((name) => name.toLowerCase());
  return lines
    .filter((line) => line !== '')
    .map((line) =>
      Object.fromEntries(line.split('\t').map((cell, index) => [columns[index] ?? '', value(cell)])),
    );
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', '0': '\0', '\\': '\\' };

function value(cell: string): string | null {
  if (cell === 'NULL') return null;
  return cell.replace(/\\(.)/g, (whole, character: string) => ESCAPES[character] ?? whole);
}

function ask({ host, socket, user, password, database }: DatabaseAccess, query: string): Promise<string> {
  const where = socket ? [`--socket=${socket}`] : host ? [`--host=${host}`] : [];
  const args = ['--no-defaults', '--batch', '--default-character-set=utf8', `--user=${user}`, ...where];
  const options = {
    timeout: DEADLINE_MS,
    maxBuffer: LARGEST,
    env: { PATH: process.env['PATH'], MYSQL_PWD: password },
  };
  return new Promise((resolve, reject) => {
    execFile(
      'mysql',
      [...args, `--database=${database}`, '--execute', query],
      options,
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout);
          return;
        }
        const said = stderr.trim().slice(0, 400);
        const why =
          'code' in error && error.code === 'ENOENT'
            ? 'the command mysql is not here'
            : said || error.message.slice(0, 100);
        reject(new MysqlError(why, /\(42S02\)/.test(stderr)));
      },
    );
  });
}
