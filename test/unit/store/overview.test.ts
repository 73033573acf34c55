import { describe, expect, test } from 'vitest';
import { contact, sighting, violation } from './records.ts';
import { open, temporaryPath } from './stores.ts';

const DAY = 1000;

describe('what is shown of many extensions at once', () => {
  test('the latest sighting of each, page by page', async () => {
    const store = await open(temporaryPath());
    for (const extension of ['300', '100', '200']) {
      store.addSighting(sighting({ extension, lastSeen: 3000, by: 'INVITE' }));
      store.addSighting(sighting({ extension, lastSeen: 2000 }));
    }
    const first = await store.lastSightings({ after: '', limit: 2 });
    expect(first.map(({ extension, by, lastSeen }) => [extension, by, lastSeen])).toEqual([
      ['100', 'INVITE', 3000],
      ['200', 'INVITE', 3000],
    ]);
    expect(await store.lastSightings({ after: '200', limit: 2 })).toMatchObject([{ extension: '300' }]);
    expect(await store.lastSightings({ after: '300', limit: 2 })).toEqual([]);
  });

  test('since when a contact registers from where it is, and not before it was seen to', async () => {
    const store = await open(temporaryPath());
    store.putContact(contact({ id: 'a' }));
    store.putContact(contact({ id: 'b', source: undefined }));
    store.addSighting(sighting({ firstSeen: 1000, lastSeen: 5000 }));
    store.addSighting(sighting({ firstSeen: 10, by: 'INVITE' }));
    expect(await store.contactsSince({ after: '', limit: 10 })).toEqual([['a', 1000]]);
    store.addSighting(sighting({ address: undefined, firstSeen: 2000 }));
    expect(await store.contactsSince({ after: '', limit: 10 })).toEqual([
      ['a', 1000],
      ['b', 2000],
    ]);
    expect(await store.contactsSince({ after: 'a', limit: 10 })).toEqual([['b', 2000]]);
  });

  test('violations are counted on each day from the first time they were seen to the last', async () => {
    const store = await open(temporaryPath());
    const seen = (id: number, extension: string, from: number, to: number) =>
      store.putViolation(violation({ id, extension, firstSeen: from * DAY, lastSeen: to * DAY }));
    seen(1, '100', 10, 12.5);
    seen(2, '100', 12.25, 12.5);
    seen(3, '200', 11.5, 11.6);
    seen(4, '300', 1, 9.9);
    const days = [10, 11, 12].map((day) => day * DAY);
    expect(await store.violationDays(days)).toEqual(
      new Map([
        ['100', [1, 1, 2]],
        ['200', [0, 1, 0]],
      ]),
    );
    expect(await store.violationDays([20 * DAY])).toEqual(new Map());
  });
});

describe('violations are found', () => {
  test('page by page, in the order of either kind', async () => {
    const store = await open(temporaryPath());
    for (const [id, lastSeen] of [
      [1, 9000],
      [2, 3000],
      [3, 5000],
      [4, 3000],
    ] as const)
      store.putViolation(violation({ id, lastSeen }));
    const ids = async (asked: object) => (await store.violations({ limit: 2, ...asked })).map(({ id }) => id);
    expect([await ids({}), await ids({ before: 3 }), await ids({ before: 2 })]).toEqual([[1, 3], [4, 2], []]);
    expect([await ids({ order: 'opened' }), await ids({ order: 'opened', before: 3 })]).toEqual([
      [4, 3],
      [2, 1],
    ]);
  });

  test('by when they were seen, from one time to another', async () => {
    const store = await open(temporaryPath());
    store.putViolation(violation({ id: 1, firstSeen: 1000, lastSeen: 2000 }));
    store.putViolation(violation({ id: 2, firstSeen: 1500, lastSeen: 3000 }));
    const ids = async (asked: object) =>
      (await store.violations({ limit: 9, order: 'opened', ...asked })).map(({ id }) => id);
    expect(await ids({ since: 2000, until: 2500 })).toEqual([2, 1]);
    expect(await ids({ since: 2001 })).toEqual([2]);
    expect(await ids({ until: 1499 })).toEqual([1]);
  });
});
