import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openLog } from '../../../src/log/open-log.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'device-lock-log-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function written(texts: readonly string[]): Promise<string[]> {
  const path = join(folder, 'device-lock.log');
  rmSync(path, { force: true });
  const log = openLog({ path, level: 'info' });
  for (const userAgent of texts) log.logger.warn({ userAgent }, 'seen');
  const lines = () => readFileSync(path, 'utf8').split('\n').slice(0, -1);
  await vi.waitFor(() => expect(lines()).toHaveLength(texts.length), { timeout: 5000 });
  await log.close();
  return lines();
}

test('no text from outside reaches a line with a control, format or separator character, and all of it is kept', async () => {
  const hostile = [
    '\u202egnp.exe',
    'a\u2028{"event":"forged"}',
    'zero\u200bwidth\ufeff',
    '\x1b[31m\u009b31m',
  ];
  const texts = [...hostile, ...fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), 200)];
  const lines = await written(texts);
  expect(lines.map((line) => (JSON.parse(line) as { userAgent: string }).userAgent)).toEqual(texts);
  for (const line of lines) expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
});
