import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Grants } from '../../../src/operator/grants.ts';
import { DESK, makeRig, type Rig, THIEF } from '../api/rig.ts';

const SOFT = 'Linphone/5.2.3';
const HOUR = 3_600_000;
let rig: Rig;
let grants: Grants;
const note = vi.fn();
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
/** Milliseconds since the epoch, for the table too. */
let now: number;

beforeEach(async () => {
  now = Date.now();
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  rig = await makeRig();
  note.mockClear();
  grants = new Grants({ table: rig.table, operator: rig.operator, events: { note }, logger, now: () => now });
  await rig.operator.lock('1001', { alternatives: [{ kind: 'device', userAgent: DESK }] }, 'test');
  rig.register('1001', [DESK, '192.0.2.10:5060'], [SOFT, '192.0.2.11:5060']);
});
afterEach(async () => {
  grants.stop();
  await rig[Symbol.asyncDispose]();
  vi.restoreAllMocks();
});

const thisDevice = () =>
  grants.add('1001', { alternatives: [{ kind: 'this-device' }], until: now + HOUR }, 'test');
const accepted = () => rig.table.contacts('1001').map(({ matches }) => matches);

test('the device that is registered and not accepted is, until the end', async () => {
  expect(accepted()).toEqual([true, false]);
  await thisDevice();
  expect(accepted()).toEqual([true, true]);
  expect(rig.book.open('1001')).toEqual([]);
  const [, soft] = rig.table.contacts('1001');
  const standing = rig.table.standingOf('1001');
  if (typeof standing !== 'object' || soft === undefined) throw new Error('no standing');
  now += HOUR - 1;
  expect(standing.accepts(soft.contact.userAgent)).toBe(true);
  now++;
  expect(standing.accepts(soft.contact.userAgent)).toBe(false);
});

test('what is over is cleared away, judged anew and announced, once', async () => {
  await thisDevice();
  await grants.sweep();
  expect(note).not.toHaveBeenCalled();
  now += HOUR;
  await grants.sweep();
  await grants.sweep();
  expect(note.mock.calls).toEqual([['grant-expired', expect.objectContaining({ extension: '1001' })]]);
  expect(rig.table.policy('1001').grants).toBeUndefined();
  expect(rig.book.open('1001').map(({ userAgent }) => userAgent)).toEqual([{ kind: 'text', text: SOFT }]);
  const [entry] = await rig.store.audit({ target: '1001', limit: 1 });
  expect(entry).toMatchObject({ who: 'service', action: 'grant-expired' });
  // A clock that is set back does not bring it back.
  now -= HOUR;
  expect(accepted()).toEqual([true, false]);
  expect((await rig.store.load()).policies.get('1001')?.grants).toBeUndefined();
});

test('one that cannot be cleared away counts no more all the same, and is tried again', async () => {
  await thisDevice();
  now += HOUR;
  vi.spyOn(rig.store, 'commit').mockRejectedValueOnce(new Error('disk full'));
  await grants.sweep();
  expect(accepted()).toEqual([true, false]);
  expect(rig.book.open('1001')).toHaveLength(1);
  expect(note).not.toHaveBeenCalled();
  await grants.sweep();
  expect(note).toHaveBeenCalledOnce();
});

test('it waits for the next end by itself, and for none that were over at the start', async () => {
  await thisDevice();
  now += HOUR;
  grants.start();
  await vi.waitFor(() => expect(note).toHaveBeenCalledOnce(), { timeout: 5000 });
});

test('a lock that is replaced keeps its grants; without a lock they do not count', async () => {
  await thisDevice();
  await rig.operator.lock('1001', { alternatives: [{ kind: 'device', userAgent: THIEF }] }, 'test');
  expect(accepted()).toEqual([false, true]);
  await rig.operator.unlock('1001', 'test');
  expect(rig.table.standingOf('1001')).toBe('no-lock');
  expect(rig.table.policy('1001').grants).toHaveLength(1);
  expect(await grants.remove('1001', 'test')).toBe(1);
  expect((await rig.store.load()).policies.has('1001')).toBe(false);
});

test('one is taken back, and the others stay', async () => {
  const others = [
    { kind: 'device', userAgent: 'A' },
    { kind: 'custom', match: 'exact', value: 'A' },
  ] as const;
  await grants.add('1001', { alternatives: others, until: now + HOUR }, 'test');
  await thisDevice();
  expect(await grants.remove('1001', 'test', [{ kind: 'device', userAgent: SOFT }])).toBe(1);
  expect(accepted()).toEqual([true, false]);
  expect(await grants.remove('1001', 'test', [{ kind: 'device', userAgent: SOFT }])).toBe(0);
  expect(await grants.remove('1001', 'test', [others[0]])).toBe(1);
  expect(rig.table.policy('1001').grants).toMatchObject([{ alternative: others[1] }]);
});

test('an end that is over, or more than a year away, is refused, and so is one grant too many', async () => {
  const alternatives = [{ kind: 'this-device' }] as const;
  for (const until of [now, now + 367 * 24 * HOUR, Number.NaN]) {
    await expect(grants.add('1001', { alternatives, until }, 'test')).rejects.toMatchObject({
      code: 'malformed',
    });
  }
  const many = Array.from({ length: 17 }, (_, n) => ({ kind: 'device', userAgent: `A${n}` }) as const);
  await expect(grants.add('1001', { alternatives: many, until: now + 1 }, 'test')).rejects.toMatchObject({
    code: 'too-many-alternatives',
  });
});

test('a model that a grant needs cannot be removed', async () => {
  const alternatives = [{ kind: 'model', model: 'yealink-t4' }] as const;
  await grants.add('1002', { alternatives, until: now + HOUR }, 'test');
  await expect(rig.operator.removeModel('yealink-t4', 'test')).rejects.toMatchObject({
    code: 'model-in-use',
  });
});
