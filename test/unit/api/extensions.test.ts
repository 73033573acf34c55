import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DESK, makeRig, type Rig, THIEF } from './rig.ts';

const DESK_AT = '192.0.2.10:5060';
const THIEF_AT = '203.0.113.7:5062';

test('an extension is shown with its lock, phones, violations, sightings and calls', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', {
    alternatives: [{ kind: 'model', model: 'yealink-t4' }],
  });
  rig.register('1001', [DESK, DESK_AT], [THIEF, THIEF_AT]);
  const { status, body } = await rig.ask('GET', '/v1/extensions/1001');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    extension: '1001',
    label: 'Reception',
    lock: { source: 'own', kind: 'model', mode: 'enforce', requireRegistration: false },
    contacts: [
      {
        userAgent: DESK,
        address: DESK_AT,
        addressProof: 'seen',
        matches: true,
        vendor: 'Yealink',
        model: 'SIP-T46U',
      },
      { userAgent: THIEF, address: THIEF_AT, matches: false },
    ],
    violations: [{ userAgent: THIEF, reason: 'wrong-device', by: ['REGISTER'], ended: null }],
  });
  expect(body.sightings.map((one: { userAgent: string }) => one.userAgent).sort()).toEqual([DESK, THIEF]);
});

test('the list tells of every extension in natural order', async () => {
  await using rig = await makeRig();
  rig.register('1002', [DESK, DESK_AT]);
  const { body } = await rig.ask('GET', '/v1/extensions');
  expect(body.extensions.map((one: { extension: string }) => one.extension)).toEqual([
    '1001',
    '1002',
    '1003',
  ]);
  expect(body.extensions[1]).toMatchObject({
    lock: { source: 'none' },
    contacts: [{ userAgent: DESK, matches: null }],
  });
});

test('an extension that nobody knows is not found', async () => {
  await using rig = await makeRig();
  expect(await rig.ask('GET', '/v1/extensions/4711')).toMatchObject({
    status: 404,
    body: { error: { code: 'no-such-extension', hint: expect.stringContaining('device-lock extensions') } },
  });
  const asked = await rig.ask('PUT', '/v1/extensions/4711/policy', { mode: 'monitor' });
  expect(asked).toMatchObject({ status: 404, body: { error: { code: 'no-such-extension' } } });
});

test('the registered phone is captured, and the audit says who asked', async () => {
  await using rig = await makeRig();
  rig.register('1001', [DESK, DESK_AT]);
  const asked = { alternatives: [{ kind: 'this-device' }] };
  const answer = await rig.ask('PUT', '/v1/extensions/1001/policy', asked, {
    'x-device-lock-who': 'cli:alice',
  });
  expect(answer.body).toMatchObject({
    lock: { source: 'own', alternatives: [{ kind: 'device', userAgent: DESK }] },
  });
  const { body } = await rig.ask('GET', '/v1/audit?target=1001');
  expect(body.audit).toMatchObject([{ who: 'cli:alice', action: 'lock', target: '1001' }]);
});

test('an alternative is added to a lock, the mode is set and goes back to the system', async () => {
  await using rig = await makeRig();
  const path = '/v1/extensions/1001/policy';
  const prefix = { kind: 'custom', match: 'prefix', value: 'Zoiper' };
  await rig.ask('PUT', path, { alternatives: [{ kind: 'model', model: 'yealink-t4' }] });
  const added = await rig.ask('PUT', path, { alternatives: [prefix], add: true, mode: 'monitor' });
  expect(added.body).toMatchObject({ lock: { kind: 'mixed', mode: 'monitor' }, policy: { mode: 'monitor' } });
  const back = await rig.ask('PUT', path, { mode: null });
  expect(back.body).toMatchObject({ lock: { mode: 'enforce' }, policy: { mode: null } });
  expect(back.body.lock.alternatives).toHaveLength(2);
});

test('unlocking removes the lock and leaves the mode', async () => {
  await using rig = await makeRig();
  const asked = { alternatives: [{ kind: 'model', model: 'yealink-t4' }], mode: 'monitor' };
  await rig.ask('PUT', '/v1/extensions/1001/policy', asked);
  const { body } = await rig.ask('DELETE', '/v1/extensions/1001/lock');
  expect(body).toMatchObject({ lock: { source: 'none' }, policy: { alternatives: null, mode: 'monitor' } });
});

test('clearing ends the open violations and says how many', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', {
    alternatives: [{ kind: 'model', model: 'yealink-t4' }],
  });
  rig.register('1001', [THIEF, THIEF_AT]);
  expect((await rig.ask('POST', '/v1/extensions/1001/clear')).body).toEqual({
    extension: '1001',
    cleared: 1,
  });
  const { body } = await rig.ask('GET', '/v1/violations?extension=1001');
  expect(body.violations).toMatchObject([{ ended: { how: 'cleared' } }]);
});

describe('a request', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await makeRig();
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  test.each([
    [{}, 'api'],
    [{ 'x-device-lock-who': '  ' }, 'api'],
    [{ 'x-device-lock-who': 'bob' }, 'api:bob'],
    [{ 'x-device-lock-who': 'freepbx:admin' }, 'freepbx:admin'],
    [{ 'x-device-lock-who': `cli:"<b>${'x'.repeat(200)}` }, `cli:b${'x'.repeat(56)}`],
  ])('who asks is cleaned: %j is %s', async (headers, who) => {
    await rig.ask(
      'PUT',
      '/v1/extensions/1001/policy',
      { mode: 'monitor' },
      headers as Record<string, string>,
    );
    const { body } = await rig.ask('GET', '/v1/audit');
    expect(body.audit[0].who).toBe(who);
  });

  test.each([
    [
      { alternatives: [{ kind: 'model', model: 'yealink-t4', vendor: 'x' }] },
      'body.alternatives.0 has an unknown property "vendor".',
    ],
    [{ lock: 'yes' }, 'body has an unknown property "lock".'],
    [{ mode: 'off' }, 'body.mode must be one of enforce, monitor, null.'],
    [{ alternatives: [{ kind: 'phone' }] }, 'body.alternatives.0 has no kind that a lock knows'],
    [
      { alternatives: [{ kind: 'custom', match: 'exact' }] },
      'body.alternatives.0 lacks the property "value".',
    ],
    [{ requireRegistration: 'on' }, 'body.requireRegistration must be boolean,null.'],
    [{ add: true }, 'body has "add" without alternatives.'],
    [{}, 'body asks for nothing.'],
    ['{"mode":', 'not valid JSON'],
  ])('a request that makes no sense is refused with words: %j', async (asked, message) => {
    const { status, body } = await rig.ask('PUT', '/v1/extensions/1001/policy', asked);
    expect(status).toBe(400);
    expect(body.error.code).toBe('malformed');
    expect(body.error.message).toContain(message);
    expect(rig.table.policy('1001').lock).toBeUndefined();
  });

  test.each([
    [[{ kind: 'model', model: 'yealink-t9' }], 404, 'no-such-model'],
    [[{ kind: 'custom', match: 'pattern', value: '(?=x)' }], 422, 'invalid-pattern'],
    [[{ kind: 'this-device' }], 409, 'no-device'],
    [[{ kind: 'custom', match: 'exact', value: 'a\u0007b' }], 400, 'malformed'],
  ])('what the operator cannot do has its status: %j', async (alternatives, status, code) => {
    const answer = await rig.ask('PUT', '/v1/extensions/1001/policy', { alternatives });
    expect(answer).toMatchObject({ status, body: { error: { code } } });
  });
});
