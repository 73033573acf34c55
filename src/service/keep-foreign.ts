/** Keeps what another program had in AstDB in a file beside the database, before the service puts its own there. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FAMILY } from '../astdb/entries.ts';
import { showForeign } from '../astdb/foreign.ts';
import type { EventLog } from '../log/event-log.ts';

/** `import --from-customlock --astdb` reads it. */
export const FOREIGN_FILE = 'customlock-astdb.txt';

/**
 * A file of before is never overwritten: the first is the one that has it all.
 * @throws the file system's error where it cannot be written: then nothing may be deleted from AstDB
 */
export async function keepForeign(
  tree: ReadonlyMap<string, string>,
  database: string,
  events: EventLog,
): Promise<void> {
  const shown = showForeign(FAMILY, tree);
  if (shown === undefined) return;
  const path = join(dirname(database), FOREIGN_FILE);
  try {
    await writeFile(path, shown, { flag: 'wx', mode: 0o640 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  events.note('foreign-locks-kept', { path, entries: tree.size });
}
