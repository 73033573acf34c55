import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Change, Store } from '../../../src/store/store.ts';
import { locking, sighting, violation } from './records.ts';
import { eventually, open, rememberingLogger, temporaryPath } from './stores.ts';

const script = new URL('./failing-worker.ts', import.meta.url);

function by(who: string, extension: string): Change {
  const change = locking(extension);
  return { ...change, audit: change.audit.map((entry) => ({ ...entry, who })) };
}

async function servesAgain(store: Store): Promise<void> {
  await eventually('the thread serves again', () =>
    store.load().then(
      () => true,
      () => false,
    ),
  );
}

describe('a thread that ends by itself', () => {
  test('rejects what waits, is started anew, and what trails is not lost', async () => {
    const { logger, logged } = rememberingLogger();
    const store = await open(temporaryPath(), { script, logger });
    store.addSighting(sighting());
    const waiting = [store.commit(by('crash', '100')), store.load(), store.commit(locking('200'))];
    const settled = await Promise.allSettled(waiting);
    expect(settled.map((one) => one.status === 'rejected' && one.reason.fault)).toEqual([
      'failed',
      'failed',
      'failed',
    ]);
    expect((await store.health()).failure).toMatch(/thread/);
    await servesAgain(store);
    expect(await store.sightings({ extension: '100', limit: 10 })).toEqual([sighting()]);
    expect((await store.load()).policies).toEqual(new Map());
    await store.commit(locking('300'));
    expect((await store.health()).failure).toBeUndefined();
    expect(logged.map(({ level }) => level)).toEqual(['error', 'info']);
  });

  test('after it wrote a batch, but before it said so: nothing is counted twice', async () => {
    const store = await open(temporaryPath(), { script });
    store.putViolation(violation({ dialled: '666' }));
    store.addSighting(sighting({ count: 3 }));
    await eventually('the batch is written', async () => (await store.health()).pending === 0);
    store.addSighting(sighting({ count: 4 }));
    expect(await store.sightings({ extension: '100', limit: 10 })).toEqual([sighting({ count: 7 })]);
  });

  test('says of a commit whose fate it cannot know that it does not know it', async () => {
    const store = await open(temporaryPath(), { script });
    await expect(store.commit(by('crash-after', '100'))).rejects.toThrow(/not known/);
    await servesAgain(store);
    expect((await store.load()).policies.has('100')).toBe(true);
  });

  test('again and again, is started again and again', async () => {
    const store = await open(temporaryPath(), { script });
    for (let time = 0; time < 3; time++) {
      await expect(store.commit(by('crash', '100'))).rejects.toMatchObject({ fault: 'failed' });
      await servesAgain(store);
    }
    await store.commit(locking('100'));
  });
});

describe('a disk that is slow', () => {
  test('has its deadline; what expired in the queue is not done afterwards', async () => {
    const store = await open(temporaryPath(), { script, deadline: 300 });
    const stalled = store.commit(by('stall', '100'));
    const queued = store.commit(locking('200'));
    const begun = performance.now();
    await expect(stalled).rejects.toMatchObject({
      fault: 'failed',
      message: expect.stringMatching(/300 ms/),
    });
    await expect(queued).rejects.toMatchObject({ fault: 'failed' });
    expect(performance.now() - begun).toBeLessThan(900);
    await servesAgain(store);
    expect((await store.load()).policies).toEqual(new Map());
  });

  test('changes nothing once nobody waits any more, also where it was already at it', async () => {
    const path = temporaryPath();
    const store = await open(path, { deadline: 300 });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.commit(locking('100'))).rejects.toThrow(/300 ms/);
    other.exec('ROLLBACK');
    other.close();
    await servesAgain(store);
    expect((await store.load()).policies).toEqual(new Map());
  });

  test('does not hold up the main thread, nor health', async () => {
    const store = await open(temporaryPath(), { script, deadline: 1500 });
    const stalled = store.commit(by('stall', '100'));
    let longest = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    for (let index = 0; index < 2000; index++) store.addSighting(sighting({ extension: `${index}` }));
    expect((await store.health()).pending).toBeGreaterThan(0);
    await stalled;
    clearInterval(ticking);
    expect(longest).toBeLessThan(500);
  });
});

describe('closing', () => {
  test('writes what is pending; afterwards requests are refused and puts do nothing', async () => {
    const path = temporaryPath();
    const store = await open(path);
    store.addSighting(sighting());
    const closing = store.close();
    store.addSighting(sighting());
    await expect(store.load()).rejects.toMatchObject({ fault: 'closed' });
    await expect(store.commit(locking('100'))).rejects.toMatchObject({ fault: 'closed' });
    await closing;
    await store.close();
    expect((await store.health()).failure).toMatch(/closed/);
    const again = await open(path);
    expect(await again.sightings({ extension: '100', limit: 10 })).toEqual([sighting()]);
  });

  test('takes two seconds at most, and says what was lost, where the disk does not answer', async () => {
    const { logger, logged } = rememberingLogger();
    const store = await open(temporaryPath(), { script, logger });
    const stalled = [1, 2, 3, 4, 5].map(() => store.commit(by('stall', '100')).catch(() => undefined));
    store.addSighting(sighting());
    const begun = performance.now();
    await store.close();
    expect(performance.now() - begun).toBeLessThan(2300);
    expect(logged.at(-1)).toMatchObject({ level: 'error', message: expect.stringMatching(/not saved/) });
    await Promise.all(stalled);
  });
});
