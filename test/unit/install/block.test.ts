/** Our lines in a file of the administrator's: put in, changed, and taken out without a byte's difference. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';

const CHANGES = join(import.meta.dirname, '../../../scripts/lib/install/changes.sh');
const run = promisify(execFile);

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'device-lock-block-'));
  file = join(folder, 'manager_custom.conf');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function shell(line: string): Promise<string> {
  const prelude = `set -euo pipefail; work=${folder}; . ${CHANGES}`;
  const { stdout } = await run('bash', ['-c', `${prelude}; ${line}`, 'bash', file]);
  return stdout;
}

const put = (text: string) => `echo '${text}' | put_block "$1" 0640 "$(id -un):$(id -gn)"`;
const TAKE = 'take_block "$1"';

test('a file is the same bytes again, with and without a line end, whatever it holds', async () => {
  const line = fc.stringMatching(/^[ -:<-~\t]{0,40}$/);
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), fc.boolean(), async (lines, isEnded) => {
      const text = lines.join('\n') + (isEnded ? '\n' : '');
      await writeFile(file, text);
      await shell(`${put('[device-lock]')}; ${put('[device-lock] more')}; ${TAKE}`);
      expect(await readFile(file, 'utf8')).toBe(text);
    }),
    { numRuns: 25 },
  );
});

test('a file that was not there is not there again', async () => {
  await shell(put('[device-lock]'));
  expect((await stat(file)).mode & 0o777).toBe(0o640);
  await shell(TAKE);
  await expect(stat(file)).rejects.toThrow('ENOENT');
});

test('lines that were added behind ours stay', async () => {
  await writeFile(file, '[admin]\nread=all');
  await shell(put('[device-lock]'));
  await writeFile(file, `${await readFile(file, 'utf8')}[other]\n`);
  await shell(TAKE);
  expect(await readFile(file, 'utf8')).toBe('[admin]\nread=all\n[other]\n');
});

test('the same lines again change nothing; others take their place; mode and owner stay', async () => {
  await writeFile(file, '[admin]\n', { mode: 0o600 });
  await shell(put('one'));
  const { ino } = await stat(file);
  expect(await shell(put('one'))).toBe('');
  expect((await stat(file)).ino).toBe(ino);
  await shell(put('two'));
  expect(await readFile(file, 'utf8')).toBe('[admin]\n; >>> device-lock\ntwo\n; <<< device-lock\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a dry run says what it would do and does nothing', async () => {
  await writeFile(file, 'a');
  expect(await shell(`dry_run=yes; ${put('one')}`)).toContain(`would write our lines into ${file}`);
  expect(await readFile(file, 'utf8')).toBe('a');
});
