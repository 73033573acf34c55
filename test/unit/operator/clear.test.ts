/** What an operator is told of a clear is true of the disk. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import { Library } from '../../../src/operator/library.ts';
import { Operator } from '../../../src/operator/operator.ts';
import { ExtensionTable } from '../../../src/state/extension-table.ts';
import { ViolationBook } from '../../../src/state/violation-book.ts';
import { openStore } from '../../../src/store/client.ts';
import type { Store } from '../../../src/store/store.ts';

let folder: string;
let store: Store;
const book = new ViolationBook();
let now = 1_000_000;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'device-lock-clear-'));
  const logger = { info() {}, warn() {}, error() {} };
  store = await openStore({ path: join(folder, 'device-lock.db'), logger, now: () => now });
  const what = { extension: '1001', userAgent: userAgentFromText('friendly-scanner'), address: undefined };
  const opened = book.sawCall({ ...what, reason: 'wrong-device', mode: 'enforce', dialled: '900' }, now);
  for (const { violation } of opened) store.putViolation(violation);
  now += 1000;
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

test('it is on disk before it is acknowledged', async () => {
  expect(await operator().clear('1001', 'test')).toBe(1);
  const db = new Database(join(folder, 'device-lock.db'), { readonly: true });
  expect(db.prepare('SELECT ended_how FROM violations').pluck().all()).toEqual(['cleared']);
  db.close();
});

test('where the disk still has it open, the operator is told', async () => {
  const open = await store.violations({ extension: '1001', limit: 10 });
  const refusing = {
    commit: (change: Parameters<Store['commit']>[0]) => store.commit(change),
    violations: async () => open,
  };
  await expect(operator(refusing).clear('1001', 'test')).rejects.toMatchObject({ code: 'storage' });
});

function operator(on: Pick<Store, 'commit' | 'violations'> = store): Operator {
  const table = new ExtensionTable();
  table.setExtensions(new Map([['1001', undefined]]));
  table.markLoaded();
  return new Operator({
    ...{ table, library: new Library([], []), store: on, now: () => now },
    judgeAnew: async () => undefined,
    clear: (extension) => {
      const ended = book.clear(extension, now);
      for (const { violation } of ended) store.putViolation(violation);
      return ended.length;
    },
    touchSystem: () => undefined,
    announce: () => undefined,
  });
}
