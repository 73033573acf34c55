import { statSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS, NO_POLICY } from '../../../src/domain/policy.ts';
import type { Sighting } from '../../../src/domain/sighting.ts';
import type { Snapshot } from '../../../src/store/store.ts';
import * as generate from './generators.ts';
import { call, contact, locking, sighting, violation } from './records.ts';
import { open, rememberingLogger, temporaryPath } from './stores.ts';

/** Each run opens a store, or writes to one that earlier runs filled: few, wide runs. */
const FEW = { numRuns: 8 };

describe('what a new database holds', () => {
  test('nothing, with the default settings', async () => {
    const store = await open(temporaryPath());
    expect(await store.load()).toEqual<Snapshot>({
      policies: new Map(),
      models: [],
      settings: DEFAULT_SETTINGS,
      extensions: new Map(),
      contacts: [],
      keptContacts: new Map(),
      openViolations: [],
      clearedViolations: [],
      nextViolationId: 1,
      queuedDeliveries: [],
      lastDelivered: new Map(),
      enrolments: new Map(),
      origin: { kind: 'new' },
    });
  });

  test('only its owner may read it', async () => {
    const path = temporaryPath();
    await open(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  });
});

describe('what an operator decided comes back after a restart', () => {
  test('one-time codes; a new one takes those along that are over', async () => {
    const [code] = fc.sample(generate.enrolmentCodes, 1);
    if (code === undefined) throw new Error('unreachable');
    const path = temporaryPath();
    const first = await open(path);
    const good = { ...code, issued: 1000, expires: 3000 };
    await first.commit({
      enrolments: new Map([
        ['100', good],
        ['200', { ...good, expires: 2000 }],
      ]),
      audit: [],
    });
    await first.commit({
      enrolments: new Map([['300', { ...code, issued: 2000, expires: 4000 }]]),
      audit: [],
    });
    await first.close();
    const second = await open(path);
    const { enrolments } = await second.load();
    expect([...enrolments.keys()]).toEqual(['100', '300']);
    expect(enrolments.get('100')).toEqual(good);
    await second.commit({ enrolments: new Map([['100', undefined]]), audit: [] });
    expect([...(await second.load()).enrolments.keys()]).toEqual(['300']);
    await second.close();
  });

  test('policies, settings, models and audit, whatever their text', async () => {
    const property = fc.asyncProperty(
      fc.uniqueArray(fc.tuple(generate.extensionNames, generate.policies), { selector: ([name]) => name }),
      generate.settings,
      fc.uniqueArray(fc.tuple(generate.models, fc.boolean()), {
        selector: ([model]) => model.id,
        maxLength: 5,
      }),
      fc.array(generate.auditEntries, { maxLength: 5 }),
      async (policies, settings, models, audit) => {
        const path = temporaryPath();
        const stored = models.map(([model, shown]) => ({ id: model.id, model: shown ? model : undefined }));
        const first = await open(path);
        await first.commit({ policies: new Map(policies), settings, models: stored, audit });
        await first.recovered();
        await first.close();
        const second = await open(path);
        const snapshot = await second.load();
        expect(snapshot.policies).toEqual(new Map(policies));
        expect(snapshot.settings).toEqual(settings);
        expect(snapshot.models).toEqual(stored.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
        expect(snapshot.origin).toEqual({ kind: 'existing' });
        expect(await second.audit({ limit: 10 })).toEqual(audit.toReversed());
        await second.close();
      },
    );
    await fc.assert(property, FEW);
  }, 60_000);

  test('a policy that is taken back is gone, with its lock', async () => {
    const store = await open(temporaryPath());
    await store.commit(locking('100'));
    await store.commit({ policies: new Map([['100', undefined]]), audit: [] });
    expect((await store.load()).policies).toEqual(new Map());
  });

  test('a model that is forgotten is gone, with its samples', async () => {
    const store = await open(temporaryPath());
    const [model] = fc.sample(generate.models, 1);
    if (model === undefined) throw new Error('No sample');
    await store.commit({ models: [{ id: model.id, model }], audit: [] });
    await store.commit({ forgetModels: [model.id], audit: [] });
    expect((await store.load()).models).toEqual([]);
  });

  test('a change of which one part cannot be stored changes nothing', async () => {
    const store = await open(temporaryPath());
    const [entry] = locking('100').audit;
    if (entry === undefined) throw new Error('No entry');
    const change = { ...locking('100'), audit: [entry, { ...entry, who: '' }] };
    await expect(store.commit(change)).rejects.toMatchObject({ fault: 'failed' });
    expect((await store.load()).policies).toEqual(new Map());
    expect(await store.audit({ limit: 10 })).toEqual([]);
    expect((await store.health()).failure).toBeUndefined();
  });

  test.each([
    ['a lone surrogate, which would come back as another text', locking('100', 'a\ud800b')],
    [
      'a lock without an alternative, which would come back as none',
      {
        policies: new Map([['100', { ...NO_POLICY, lock: { alternatives: [] } }]]),
        audit: [],
      },
    ],
  ])('%s is refused', async (_, change) => {
    const store = await open(temporaryPath());
    await expect(store.commit(change)).rejects.toMatchObject({ fault: 'failed' });
  });

  test('audit entries can be asked for by target, newest first', async () => {
    const store = await open(temporaryPath());
    for (const extension of ['100', '200', '100']) await store.commit(locking(extension));
    expect(await store.audit({ target: '100', limit: 10 })).toHaveLength(2);
    expect((await store.audit({ limit: 2 })).map(({ target }) => target)).toEqual(['100', '200']);
  });
});

describe('what was seen comes back whole, whatever its text', () => {
  test('violations', async () => {
    const store = await open(temporaryPath());
    const property = fc.asyncProperty(generate.violations, async (one) => {
      store.putViolation(one);
      const found = await store.violations({
        extension: one.extension,
        open: one.ended === undefined,
        limit: 1000,
      });
      expect(found.find(({ id }) => id === one.id)).toEqual(one);
    });
    await fc.assert(property, { numRuns: 200 });
  }, 60_000);

  test('calls', async () => {
    const store = await open(temporaryPath());
    const property = fc.asyncProperty(generate.calls, async (one) => {
      store.putCall(one);
      const found = await store.calls({ extension: one.extension, limit: 1000 });
      expect(found.find(({ linkedId }) => linkedId === one.linkedId)).toEqual(one);
    });
    await fc.assert(property, { numRuns: 200 });
  }, 60_000);

  test('contacts', async () => {
    const store = await open(temporaryPath());
    const property = fc.asyncProperty(generate.contacts, async (one) => {
      store.putContact(one);
      expect((await store.load()).contacts).toEqual([one]);
      store.deleteContact(one.id);
    });
    await fc.assert(property, { numRuns: 200 });
    expect((await store.load()).contacts).toEqual([]);
  }, 60_000);

  test('sightings', async () => {
    const property = fc.asyncProperty(
      fc.uniqueArray(generate.sightings, { selector: keyOf, minLength: 1, maxLength: 20 }),
      async (all) => {
        const store = await open(temporaryPath());
        const alike = all.map((one) => ({ ...one, extension: '100' }));
        const unique = [...new Map(alike.map((one) => [keyOf(one), one])).values()];
        for (const one of unique) store.addSighting(one);
        const found = await store.sightings({ extension: '100', limit: 1000 });
        expect(new Map(found.map((one) => [keyOf(one), one]))).toEqual(
          new Map(unique.map((one) => [keyOf(one), one])),
        );
        await store.close();
      },
    );
    await fc.assert(property, FEW);
  }, 60_000);

  test('extensions and their labels, each list replacing the one before', async () => {
    const store = await open(temporaryPath());
    const lists = fc
      .array(fc.tuple(generate.extensionNames, generate.labels), { maxLength: 20 })
      .map((all) => new Map(all));
    const property = fc.asyncProperty(lists, async (list) => {
      store.putExtensions(list);
      expect((await store.load()).extensions).toEqual(list);
    });
    await fc.assert(property, { numRuns: 50 });
  }, 60_000);
});

describe('records of one key', () => {
  test('sightings add up, across batches and restarts, and keep what is known of the latest', async () => {
    const path = temporaryPath();
    const first = await open(path);
    first.addSighting(sighting({ firstSeen: 2000, lastSeen: 2000, count: 2 }));
    expect(await first.sightings({ extension: '100', limit: 1 })).toHaveLength(1);
    first.addSighting(sighting({ firstSeen: 3000, lastSeen: 3000, matched: false, count: 3 }));
    await first.close();
    const second = await open(path);
    const old = { transport: 'tcp', ip: '192.0.2.1', port: 7 } as const;
    second.addSighting(sighting({ firstSeen: 1000, lastSeen: 1500, address: old }));
    expect(await second.sightings({ extension: '100', limit: 10 })).toEqual([
      sighting({ firstSeen: 1000, lastSeen: 3000, matched: false, count: 6 }),
    ]);
  });

  test('a sighting of unknown source is one key', async () => {
    const store = await open(temporaryPath());
    store.addSighting(sighting({ address: undefined }));
    await store.load();
    store.addSighting(sighting({ address: undefined }));
    expect(await store.sightings({ extension: '100', limit: 10 })).toEqual([
      sighting({ address: undefined, count: 2 }),
    ]);
  });

  test('a call put twice is one, as it was put last', async () => {
    const store = await open(temporaryPath());
    store.putCall(call());
    await store.load();
    store.putCall(call({ outcome: 'monitored' }));
    store.putCall(call({ extension: '200' }));
    expect(await store.calls({ extension: '100', limit: 10 })).toEqual([call({ outcome: 'monitored' })]);
    expect(await store.calls({ limit: 10 })).toHaveLength(2);
  });

  test('a violation that ended is open no more; its number is not given again', async () => {
    const path = temporaryPath();
    const store = await open(path);
    store.putViolation(violation({ id: 7 }));
    expect((await store.load()).openViolations).toEqual([violation({ id: 7 })]);
    store.putViolation(violation({ id: 7, ended: { at: 3000, how: 'cleared' } }));
    expect(await store.load()).toMatchObject({ openViolations: [], nextViolationId: 8 });
    expect(await store.violations({ open: true, limit: 10 })).toEqual([]);
    expect(await store.violations({ open: false, limit: 10 })).toHaveLength(1);
  });

  test('what an operator cleared is read back while its device is still registered as it was', async () => {
    const store = await open(temporaryPath());
    const [userAgent, address] = [violation().userAgent, violation().address];
    const cleared = violation({ id: 7, ended: { at: 3000, how: 'cleared' } });
    store.putViolation(cleared);
    store.putViolation(violation({ id: 8, ended: { at: 3000, how: 'contact-gone' } }));
    expect((await store.load()).clearedViolations).toEqual([]);
    const source = { address: address ?? expect.fail('it has one'), proof: 'seen' } as const;
    store.putContact(contact({ userAgent, source }));
    expect((await store.load()).clearedViolations).toEqual([cleared]);
    store.deleteContact(contact().id);
    expect((await store.load()).clearedViolations).toEqual([]);
  });

  test('a row that the schema refuses is counted and logged, and holds up no other', async () => {
    const { logger, logged } = rememberingLogger();
    const store = await open(temporaryPath(), { logger });
    store.putCall(call({ linkedId: 'bad', dialled: 'DROP TABLE' }));
    store.putCall(call({ linkedId: 'good' }));
    store.putContact(contact());
    expect(await store.calls({ limit: 10 })).toEqual([call({ linkedId: 'good' })]);
    expect(await store.health()).toMatchObject({ dropped: 1, pending: 0, failure: undefined });
    expect(logged.map(({ level }) => level)).toEqual(['error']);
  });

  test('a page holds at most what was asked for, newest first', async () => {
    const store = await open(temporaryPath());
    for (let id = 1; id <= 5; id++) store.putViolation(violation({ id, lastSeen: 1000 + id }));
    const found = await store.violations({ limit: 2 });
    expect(found.map(({ id }) => id)).toEqual([5, 4]);
    expect(await store.violations({ limit: 0 })).toHaveLength(1);
  });
});

function keyOf({ extension, userAgent, address, by }: Sighting): string {
  return JSON.stringify([extension, userAgent, address?.ip, by]);
}
