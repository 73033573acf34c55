import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DESK, makeRig, type Rig, THIEF, YEALINK } from './rig.ts';

const DESK_AT = '192.0.2.10:5060';
const THIEF_AT = '203.0.113.7:5062';
const MODEL = { kind: 'model', model: 'yealink-t4' };

async function preview(rig: Rig, change: object) {
  const { status, body } = await rig.ask('POST', '/v1/preview', { change });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

/** What the rig would export and what is open, to see that nothing was changed. */
async function everything(rig: Rig) {
  const [exported, violations, models] = await Promise.all(
    ['/v1/export', '/v1/violations', '/v1/models'].map((path) => rig.ask('GET', path)),
  );
  return [{ ...exported?.body, exported: '' }, violations?.body, models?.body];
}

test('turning the fallback on tells who would change and which phones would be refused, and changes nothing', async () => {
  await using rig = await makeRig();
  rig.register('1001', [DESK, DESK_AT]);
  rig.register('1002', [THIEF, THIEF_AT]);
  const before = await everything(rig);
  const found = await preview(rig, { settings: { fallback: 'yealink-t4' } });
  expect(found.counts).toEqual({ changed: 3, wouldViolate: 1, wouldEnd: 0, failed: 0 });
  expect(found.wouldViolate).toEqual([
    { extension: '1002', userAgent: THIEF, userAgentFault: null, address: THIEF_AT, reason: 'wrong-device' },
  ]);
  expect(found.changes[0]).toMatchObject({
    extension: '1001',
    lockBefore: { source: 'none' },
    lockAfter: { source: 'fallback', alternatives: [MODEL] },
  });
  expect(await everything(rig)).toEqual(before);
});

test('turning it off tells which violations would end', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/settings', { fallback: 'yealink-t4' });
  rig.register('1002', [THIEF, THIEF_AT]);
  const found = await preview(rig, { settings: { fallback: null } });
  expect(found.counts).toMatchObject({ changed: 3, wouldViolate: 0, wouldEnd: 1 });
  expect(found.wouldEnd).toMatchObject([{ extension: '1002', userAgent: THIEF }]);
});

test('from monitor to enforce, what is only recorded now would be refused', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/settings', { mode: 'monitor', fallback: 'yealink-t4' });
  rig.register('1001', [THIEF, THIEF_AT]);
  rig.register('1002', [DESK, DESK_AT]);
  const found = await preview(rig, { settings: { mode: 'enforce' } });
  expect(found.wouldViolate).toMatchObject([{ extension: '1001', reason: 'wrong-device' }]);
  await rig.ask('PUT', '/v1/settings', { mode: 'enforce' });
  const back = await preview(rig, { settings: { mode: 'monitor' } });
  expect(back.counts).toMatchObject({ changed: 3, wouldViolate: 0, wouldEnd: 0 });
});

test('networks tell which right phones would be outside, and which violations would end when they are widened', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/settings', { fallback: 'yealink-t4' });
  rig.register('1001', [DESK, DESK_AT]);
  rig.register('1002', [DESK, THIEF_AT]);
  const found = await preview(rig, { settings: { networks: ['192.0.2.0/24'] } });
  expect(found.wouldViolate).toMatchObject([{ extension: '1002', reason: 'wrong-network' }]);
  await rig.ask('PUT', '/v1/settings', { networks: ['192.0.2.0/24'] });
  expect((await preview(rig, { settings: { evict: true } })).counts).toMatchObject({ wouldEnd: 0 });
  expect((await preview(rig, { settings: { networks: [] } })).wouldEnd).toMatchObject([
    { extension: '1002' },
  ]);
});

test('an extension that keeps its own mode is not changed by the system', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', { mode: 'monitor' });
  const found = await preview(rig, { settings: { mode: 'monitor' } });
  expect(found.changes.map(({ extension }: { extension: string }) => extension)).toEqual(['1002', '1003']);
});

test('many locks at once: what each would capture, and for whom there is nothing to capture', async () => {
  await using rig = await makeRig();
  rig.register('1001', [DESK, DESK_AT]);
  const asked = { alternatives: [{ kind: 'this-device' }] };
  const found = await preview(rig, { policies: { 1001: asked, 1002: asked, 4711: asked } });
  expect(found.changes).toMatchObject([
    { extension: '1001', lockAfter: { source: 'own', alternatives: [{ kind: 'device', userAgent: DESK }] } },
  ]);
  expect(found.failed).toMatchObject([
    { extension: '1002', code: 'no-device' },
    { extension: '4711', code: 'no-such-extension' },
  ]);
  expect(rig.table.policy('1001').lock).toBeUndefined();
});

test('a lock that refuses the phone that is registered, an unlock, and a clearing', async () => {
  await using rig = await makeRig();
  rig.register('1001', [DESK, DESK_AT]);
  const other = { alternatives: [{ kind: 'custom', match: 'prefix', value: 'Zoiper' }] };
  expect((await preview(rig, { policies: { 1001: other } })).wouldViolate).toMatchObject([
    { userAgent: DESK, reason: 'wrong-device' },
  ]);
  await rig.ask('PUT', '/v1/extensions/1001/policy', other);
  rig.register('1001', [DESK, DESK_AT]);
  expect((await preview(rig, { policies: { 1001: { unlock: true } } })).counts).toMatchObject({
    ...{ changed: 1, wouldEnd: 1 },
  });
  expect((await preview(rig, { policies: { 1001: { clear: true } } })).counts).toMatchObject({
    ...{ changed: 0, wouldEnd: 1 },
  });
});

test('a phone behind the address of a wrong one is refused by require-registration only where it is not registered', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/settings', { fallback: 'yealink-t4' });
  rig.register('1001', [DESK, DESK_AT]);
  expect((await preview(rig, { settings: { requireRegistration: true } })).counts).toMatchObject({
    ...{ changed: 3, wouldViolate: 0 },
  });
});

test('a model that is edited is judged for the extensions that use it', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', { alternatives: [MODEL] });
  rig.register('1001', [DESK, DESK_AT]);
  const edited = {
    ...YEALINK,
    pattern: '^Yealink SIP-T48[A-Z] [0-9.]+$',
    matches: ['Yealink SIP-T48U 108.86.0.20'],
  };
  const found = await preview(rig, { models: { put: [edited] } });
  expect(found.counts).toMatchObject({ changed: 1, wouldViolate: 1 });
  expect((await rig.ask('GET', '/v1/models/yealink-t4')).body.pattern).toBe(YEALINK.pattern);
  expect(rig.table.contacts('1001')).toMatchObject([{ matches: true }]);
});

describe('a change that could not be made', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await makeRig();
    await rig.ask('PUT', '/v1/settings', { fallback: 'yealink-t4' });
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  test.each([
    [{ settings: { fallback: 'nope' } }, 404, 'no-such-model'],
    [{ settings: { networks: ['192.0.2.0/33'] } }, 400, 'malformed'],
    [{ models: { remove: ['yealink-t4'] } }, 409, 'model-in-use'],
    [{ models: { put: [{ ...YEALINK, matches: ['Polycom'] }] } }, 422, 'invalid-model'],
    [{ settings: {}, policies: {} }, 400, 'malformed'],
    [{}, 400, 'malformed'],
    [{ policies: { 1001: { colour: 'red' } } }, 400, 'malformed'],
  ])('is refused as it would be: %j', async (change, status, code) => {
    const answer = await rig.ask('POST', '/v1/preview', { change });
    expect(answer).toMatchObject({ status, body: { error: { code } } });
  });
});
