import { beforeEach, describe, expect, it } from 'vitest';
import { Mirror } from '../../../src/astdb/mirror.ts';

/** An AstDB that can refuse: what a real one cannot be told to do. */
class ScriptedDatabase {
  readonly entries = new Map<string, string>();
  writes: string[] = [];
  refuse = false;
  connected = true;
  databaseTree = async () => new Map(this.entries);
  /** Writing a PASS waits for this. */
  slow: Promise<void> | undefined;
  databasePut = async (_family: string, key: string, value: string) => {
    await (key.startsWith('PASS/') ? this.slow : null);
    if (this.refuse) throw new Error('no');
    this.writes.push(key);
    this.entries.set(key, value);
  };
  databaseDelete = async (_family: string, key: string) => {
    await null;
    if (this.refuse) throw new Error('no');
    this.writes.push(`-${key}`);
    this.entries.delete(key);
  };
}

let database: ScriptedDatabase;
let wanted: Map<string, Map<string, string>>;
let mirror: Mirror;

beforeEach(() => {
  database = new ScriptedDatabase();
  wanted = new Map();
  mirror = new Mirror({
    asterisk: database,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    entriesOf: (extension) => wanted.get(extension ?? 'system') ?? new Map(),
    extensions: () => wanted.keys(),
    concurrency: 1,
  });
});

describe('after a connect', () => {
  it('writes what is missing, corrects what is wrong and deletes what should not be there', async () => {
    database.entries.set('LOCK_MODE/1001', 'none').set('VIOLATION/9999', '1').set('SETTING/old', 'x');
    wanted.set('1001', new Map([['LOCK_MODE/1001', 'device']]));
    wanted.set('system', new Map([['SETTING/refusal', 'prompt']]));
    await mirror.start();
    expect(await mirror.settled(1000)).toBe(true);
    expect([...database.entries].sort()).toEqual([
      ['LOCK_MODE/1001', 'device'],
      ['SETTING/refusal', 'prompt'],
    ]);
  });

  it('writes nothing that is already true, and leaves the journal of the dialplan alone', async () => {
    database.entries.set('LOCK_MODE/1001', 'device').set('JOURNAL/1-2', '1|emergency|1001|911|');
    wanted.set('1001', new Map([['LOCK_MODE/1001', 'device']]));
    await mirror.start();
    await mirror.settled(1000);
    expect(database.writes).toEqual([]);
  });
});

it('writes a violation before everything else that waits', async () => {
  await mirror.start();
  await mirror.settled(1000);
  for (const extension of ['1', '2', '3', '4'])
    wanted.set(extension, new Map([[`LOCK_MODE/${extension}`, 'device']]));
  for (const extension of ['1', '2', '3']) mirror.touch(extension);
  mirror.touch('4', true);
  await mirror.settled(1000);
  expect(database.writes[1]).toBe('LOCK_MODE/4');
});

it('remembers what changed while Asterisk was away', async () => {
  await mirror.start();
  await mirror.settled(1000);
  mirror.stop();
  wanted.set('1001', new Map([['VIOLATION/1001', '1']]));
  mirror.touch('1001', true);
  expect(database.writes).toEqual([]);
  await mirror.start();
  await mirror.settled(1000);
  expect(database.entries.get('VIOLATION/1001')).toBe('1');
});

it('writes what changed while it was writing', async () => {
  await mirror.start();
  wanted.set('1001', new Map([['LOCK_MODE/1001', 'device']]));
  mirror.touch('1001');
  wanted.set('1001', new Map([['LOCK_MODE/1001', 'model']]));
  mirror.touch('1001');
  await mirror.settled(1000);
  expect(database.entries.get('LOCK_MODE/1001')).toBe('model');
});

it('never lets an older state of an extension undo a newer one, however slow AstDB is', async () => {
  const parallel = new Mirror({
    asterisk: database,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    entriesOf: (extension) => wanted.get(extension ?? 'system') ?? new Map(),
    extensions: () => wanted.keys(),
  });
  await parallel.start();
  await parallel.settled(1000);
  const { promise, resolve } = Promise.withResolvers<void>();
  database.slow = promise;
  wanted.set('1001', new Map([['PASS/1001/a', '1']]));
  parallel.touch('1001');
  wanted.set(
    '1001',
    new Map([
      ['VIOLATION/1001', '1'],
      ['PASS/1001/a', '1'],
    ]),
  );
  parallel.touch('1001', true);
  await new Promise((settle) => setImmediate(settle));
  resolve();
  await parallel.settled(1000);
  expect([...database.entries.keys()].sort()).toEqual(['PASS/1001/a', 'VIOLATION/1001']);
});

it('says that it is not in step while AstDB refuses, and tries again until it is', async () => {
  await mirror.start();
  await mirror.settled(1000);
  database.refuse = true;
  wanted.set('1001', new Map([['VIOLATION/1001', '1']]));
  mirror.touch('1001', true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(mirror.inStep).toBe(false);
  database.refuse = false;
  expect(await mirror.settled(10_000)).toBe(true);
  expect(database.entries.get('VIOLATION/1001')).toBe('1');
});
