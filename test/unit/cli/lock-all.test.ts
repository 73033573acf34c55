import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Proposal } from '../../../src/cli/lock-all-plan.ts';
import { DESK, makeRig, type Rig, THIEF } from '../api/rig.ts';
import { PATIENCE, type Ran, run } from './run.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE, hookTimeout: PATIENCE });

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
  rig.table.setExtensions(new Map(['1001', '1002', '1003', '1004', '1005'].map((ext) => [ext, undefined])));
  rig.register('1001', [DESK, '192.0.2.10:5060']);
  rig.register('1002', [DESK, '192.0.2.11:5060'], ['Zoiper rv2', '192.0.2.12:5060']);
  rig.register('1003', [THIEF, '203.0.113.7:5060']);
  rig.register('1005', ['Zoiper rv2', '192.0.2.13:5060']);
  await rig.operator.lock('1005', { requireRegistration: true }, 'test');
});
afterAll(() => rig[Symbol.asyncDispose]());

function here(...words: string[]): Promise<Ran> {
  return run(['lock-all', ...words], { configPath: rig.configPath });
}

const lockOf = (extension: string) => rig.table.policy(extension).lock?.alternatives;

test('a look changes nothing, and says of each what it would get or why not', async () => {
  const { proposals } = JSON.parse((await here('--dry-run', '--json')).out) as { proposals: Proposal[] };
  expect(proposals.map(({ whyNot }) => whyNot)).toEqual([
    null,
    'several different phones are registered',
    'an attack tool is registered',
    'no phone is registered',
    null,
  ]);
  const looked = await here('--dry-run');
  expect(looked).toMatchObject({ code: 0, err: '' });
  expect(looked.out).toMatch(/1001 .*device "Yealink/);
  expect(looked.out).toContain('2 extensions would be locked, 3 not.');
  expect(lockOf('1001')).toBeUndefined();
});

test('without a terminal it is not done unless --yes says so', async () => {
  expect(await here()).toMatchObject({ code: 2 });
  expect(lockOf('1001')).toBeUndefined();
});

test('where the file to keep cannot be written, or is there already, nothing is changed', async () => {
  expect((await here('--yes', '--out', rig.configPath)).err).toContain('there already');
  expect((await here('--yes', '--out', '/nowhere/undo.json')).code).toBe(1);
  expect(lockOf('1001')).toBeUndefined();
});

test('all are locked in one change, and the file takes exactly that back', async () => {
  const file = join(rig.folder, 'undo.json');
  const done = await here('--yes', '--model-where-known', '--mode', 'monitor', '--out', file);
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(lockOf('1001')).toEqual([{ kind: 'model', model: 'yealink-t4' }]);
  expect(lockOf('1002') ?? lockOf('1003') ?? lockOf('1004')).toBeUndefined();
  expect(rig.table.policy('1005')).toMatchObject({
    lock: { alternatives: [{ kind: 'device', userAgent: 'Zoiper rv2' }] },
    mode: 'monitor',
    requireRegistration: true,
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(Object.keys(JSON.parse(await readFile(file, 'utf8')).policies)).toEqual(['1001', '1005']);
  expect((await here('--dry-run')).out).toContain('locked already');

  await rig.operator.lock('1004', { alternatives: [{ kind: 'model', model: 'yealink-t4' }] }, 'test');
  expect((await run(['import', file], { configPath: rig.configPath })).code).toBe(0);
  expect(lockOf('1001')).toBeUndefined();
  expect(rig.table.policy('1005')).toMatchObject({
    lock: undefined,
    mode: undefined,
    requireRegistration: true,
  });
  expect(lockOf('1004')).toHaveLength(1);
});
