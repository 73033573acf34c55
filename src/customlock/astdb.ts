/**
 * What customlock left in AstDB, read on Asterisk's console: only to say where it differs from the tables, which are the
 * truth. It never writes.
 */
import { execFile } from 'node:child_process';
import type { Told } from './plan.ts';

const DEADLINE_MS = 5000;
const LARGEST = 16 * 1024 * 1024;
const LINE = /^\/CUSTOMLOCK\/LOCK_MODE\/([A-Za-z0-9_.-]{1,80})\s*: (\S+)/;

/** What the console prints of the modes; rejects where there is no Asterisk here, or it does not answer. */
export function showLockModes(): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: DEADLINE_MS, maxBuffer: LARGEST };
    execFile('asterisk', ['-rx', 'database show CUSTOMLOCK/LOCK_MODE'], options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else reject(error);
    });
  });
}

/** Extensions that AstDB has locked and the tables have not. */
export function onlyInAstdb(shown: string, taken: ReadonlySet<string>): Told[] {
  const told: Told[] = [];
  for (const line of shown.split(/\r?\n/)) {
    const [, extension, mode] = LINE.exec(line) ?? [];
    if (extension === undefined || mode === undefined || mode === 'none' || taken.has(extension)) continue;
    const how = `only AstDB says that it was locked (${mode.slice(0, 20)}), and not to what`;
    told.push({ what: `extension ${extension}`, how });
  }
  return told;
}
