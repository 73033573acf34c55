/** What is known of hosts' names, by a resolver that can be made to fail: a real one cannot. */
import { beforeEach, expect, test } from 'vitest';
import { Names } from '../../../src/network/names.ts';

let now: number;
let wanted: Set<string>;
let answer: (name: string) => Promise<readonly string[]>;
let asked: string[];
let changes: [string, readonly string[]][];
let troubles: [string, string | undefined][];
let names: Names;

beforeEach(() => {
  now = 1_790_000_000_000;
  wanted = new Set(['office.example']);
  answer = async () => ['203.0.113.5'];
  [asked, changes, troubles] = [[], [], []];
  names = new Names({
    wanted: () => wanted,
    onChange: (...change) => changes.push(change),
    onTrouble: (...trouble) => troubles.push(trouble),
    now: () => now,
    resolve: (name) => {
      asked.push(name);
      return answer(name);
    },
  });
});

test('a name is asked for every minute, and told of when it changes', async () => {
  await look();
  now += 59_000;
  await look();
  expect(asked).toHaveLength(1);
  now += 1000;
  await look();
  expect(asked).toHaveLength(2);
  expect(changes).toEqual([['office.example', ['203.0.113.5']]]);
});

test('what was known is kept while nobody can be asked, and the trouble is told once', async () => {
  await look();
  answer = async () => Promise.reject(Object.assign(new Error('no'), { code: 'EAI_AGAIN' }));
  for (let n = 0; n < 30; n++) {
    now += 60_000;
    await look();
  }
  now += 7_200_000;
  await look();
  expect(changes).toHaveLength(1);
  expect(troubles).toEqual([['office.example', 'EAI_AGAIN']]);
  answer = async () => ['203.0.113.5'];
  now += 60_000;
  await look();
  expect(troubles.at(-1)).toEqual(['office.example', undefined]);
  expect(changes).toHaveLength(1);
});

test('an address is kept for an hour after the last answer that held it', async () => {
  await look();
  answer = async () => ['203.0.113.6'];
  now += 60_000;
  await look();
  expect(changes.at(-1)?.[1]).toEqual(['203.0.113.5', '203.0.113.6']);
  now += 3_600_000;
  await look();
  expect(changes.at(-1)?.[1]).toEqual(['203.0.113.6']);
});

test('a refusal has the name asked for soon, at most every five seconds', async () => {
  await look();
  names.askSoon('office.example');
  now += 4000;
  await look();
  expect(asked).toHaveLength(1);
  now += 1000;
  await look();
  expect(asked).toHaveLength(2);
});

test('two names are asked for at once, and one that hangs is not asked for again', async () => {
  wanted = new Set(['a.example', 'b.example', 'c.example']);
  answer = (name) => (name === 'a.example' ? new Promise(() => undefined) : Promise.resolve(['203.0.113.5']));
  await look();
  expect(asked).toEqual(['a.example', 'b.example']);
  now += 600_000;
  await look();
  await look();
  expect(asked.filter((name) => name === 'a.example')).toHaveLength(1);
  expect(asked).toContain('c.example');
});

test('a name nobody wants any more is forgotten, and an answer that comes late is not told', async () => {
  const { promise, resolve } = Promise.withResolvers<readonly string[]>();
  answer = () => promise;
  names.look();
  wanted = new Set();
  await look();
  resolve(['203.0.113.9']);
  await look();
  expect(changes).toEqual([]);
});

test('an answer of very many addresses is cut', async () => {
  answer = async () => Array.from({ length: 500 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
  await look();
  expect(changes[0]?.[1]).toHaveLength(64);
});

test("the system's own look-up knows what its file of hosts knows", async () => {
  const found = Promise.withResolvers<readonly string[]>();
  const real = new Names({
    wanted: () => new Set(['localhost']),
    onChange: (_, addresses) => found.resolve(addresses),
    onTrouble: (_, why) => found.reject(new Error(why)),
    now: Date.now,
  });
  real.start();
  expect(await found.promise).toContain('127.0.0.1');
  real.stop();
});

async function look(): Promise<void> {
  names.look();
  await new Promise((resolve) => setImmediate(resolve));
}
