import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { DEFAULT_RETENTION, Pruner } from '../../../src/store/retention.ts';
import { migrate, readMigrations } from '../../../src/store/schema.ts';
import { SightingsTable } from '../../../src/store/tables/sightings.ts';
import { call, locking, sighting, violation } from './records.ts';
import { eventually, open, temporaryPath } from './stores.ts';

const DAY = 86_400_000;
const NOW = 10_000 * DAY;
const now = () => NOW;

describe('retention', () => {
  test('history past its age goes by itself; what is open stays', async () => {
    const store = await open(temporaryPath(), { now, pruneEvery: 20 });
    const old = NOW - 181 * DAY;
    const recent = NOW - 179 * DAY;
    for (const [id, at] of [
      [1, old],
      [2, recent],
    ] as const) {
      store.putViolation(violation({ id, ended: { at, how: 'cleared' } }));
      store.addSighting(sighting({ userAgent: { kind: 'text', text: `${id}` }, lastSeen: at }));
      store.putCall(call({ linkedId: `${id}`, at }));
      await store.commit({
        audit: locking('100').audit.map((entry) => ({ ...entry, at: at - 4 * 365 * DAY })),
      });
    }
    store.putViolation(violation({ id: 3, lastSeen: 0 }));
    await store.commit({ audit: locking('100').audit.map((entry) => ({ ...entry, at: NOW - 1826 * DAY })) });
    const left = async () => ({
      violations: (await store.violations({ limit: 10 })).map(({ id }) => id),
      sightings: (await store.sightings({ extension: '100', limit: 10 })).map(({ lastSeen }) => lastSeen),
      calls: (await store.calls({ limit: 10 })).map(({ linkedId }) => linkedId),
      audit: (await store.audit({ limit: 10 })).length,
    });
    await eventually('what is old is gone', async () => {
      const { violations, sightings, calls, audit } = await left();
      return violations.length + sightings.length + calls.length + audit === 6;
    });
    expect(await left()).toEqual({ violations: [2, 3], sightings: [recent], calls: ['2'], audit: 2 });
  });

  test('of too many rows the oldest go', async () => {
    const retention = { ...DEFAULT_RETENTION, sightings: { days: 180, maxRows: 100 } };
    const store = await open(temporaryPath(), { now, pruneEvery: 20, retention });
    for (let index = 0; index < 320; index++) {
      store.addSighting(sighting({ userAgent: { kind: 'text', text: `${index}` }, lastSeen: NOW + index }));
    }
    const rows = () => store.sightings({ extension: '100', limit: 1000 });
    await eventually('a hundred are left', async () => (await rows()).length === 100);
    expect((await rows()).at(-1)?.lastSeen).toBe(NOW + 220);
  });

  test('each step takes at most 20 rows, and says how many are still to go', () => {
    const db = new Database(':memory:');
    migrate(db, readMigrations());
    const table = new SightingsTable(db);
    for (let index = 0; index < 105; index++) {
      table.add(sighting({ extension: `${index}`, lastSeen: index < 25 ? 0 : 1000 }));
    }
    const pruner = new Pruner(db);
    const rows = () => db.prepare('SELECT count(*) FROM sightings').pluck().get();
    const step = () => [pruner.step({ table: 'sightings', before: 500, maxRows: 50 }), rows()];
    // 25 too old, then 30 too many; the last of the old and the first of the many share a step.
    expect([step(), step(), step(), step()]).toEqual([
      [1, 85],
      [10, 60],
      [0, 50],
      [0, 50],
    ]);
    db.close();
  });
});
