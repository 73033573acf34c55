import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/domain/policy.ts';
import { StoreError } from '../../../src/store/store.ts';
import { DESK, makeRig, THIEF, YEALINK } from './rig.ts';

test('the status tells of every part, and counts', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', {
    alternatives: [{ kind: 'model', model: 'yealink-t4' }],
  });
  rig.register('1001', [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.7:5062']);
  const { body } = await rig.ask('GET', '/v1/status');
  expect(body).toMatchObject({
    version: '0.1.0',
    uptime: 90,
    config: rig.configPath,
    settings: { mode: 'enforce', requireRegistration: false, fallback: null },
    asterisk: { adapter: 'ami', connected: true, lastEvent: null },
    gate: { port: 4580, answered: 12, p50: 380 },
    store: { failure: null, dropped: 0 },
    counts: { extensions: 3, locked: 1, contacts: 2, openViolations: 1 },
  });
});

test('whoever writes the dialplan is told what it needs', async () => {
  await using rig = await makeRig();
  expect((await rig.ask('GET', '/v1/dialplan')).body).toEqual({
    gate: '127.0.0.1:4580',
    emergencyNumbers: ['911', '112', '933'],
    whenUnavailable: 'allow',
    refusal: 'prompt',
    featureCode: '*55',
  });
});

test('a database that does not answer is a line of the status, not its end', async () => {
  const health = () => Promise.reject(new StoreError('failed', 'the disk is gone', 'Mend it.'));
  await using rig = await makeRig({ store: (real) => Object.assign(Object.create(real), { health }) });
  const { status, body } = await rig.ask('GET', '/v1/status');
  expect(status).toBe(200);
  expect(body.store).toMatchObject({ failure: 'the disk is gone', path: null });
});

test('settings change one by one, and the fallback goes on and off', async () => {
  await using rig = await makeRig();
  expect((await rig.ask('PUT', '/v1/settings', { mode: 'monitor' })).body).toMatchObject({ mode: 'monitor' });
  const on = await rig.ask('PUT', '/v1/settings', { fallback: 'yealink-t4' });
  expect(on.body).toEqual({ ...DEFAULT_SETTINGS, mode: 'monitor', fallback: 'yealink-t4' });
  const networks = ['192.0.2.0/24', '2001:db8::1', 'office.example'];
  const more = { evict: true, hangUp: true, firstUse: true, firmwareDrift: 'follow', networks };
  expect((await rig.ask('PUT', '/v1/settings', more)).body).toMatchObject({ ...more, mode: 'monitor' });
  expect((await rig.ask('PUT', '/v1/settings', { networks: ['192.0.2.0/33'] })).body.error.message).toBe(
    '"192.0.2.0/33" is not a network: what stands after the / is not 0 to 32.',
  );
  expect((await rig.ask('GET', '/v1/extensions/1002')).body.lock).toMatchObject({
    source: 'fallback',
    kind: 'model',
  });
  expect((await rig.ask('PUT', '/v1/settings', { fallback: null })).body.fallback).toBeNull();
});

test('a fallback that is no phone model is refused', async () => {
  await using rig = await makeRig();
  const answer = await rig.ask('PUT', '/v1/settings', { fallback: 'yealink-t9' });
  expect(answer).toMatchObject({ status: 404, body: { error: { code: 'no-such-model' } } });
});

const SNOM = {
  ...{ id: 'snom-d7', vendor: 'Snom', model: 'D7 series', kind: 'desk', pattern: '^snomD7[0-9]{2}/[0-9.]+$' },
  ...{ matches: ['snomD785/10.1.64.14'], rejects: ['snom370/8.7.5.35'] },
};

test('a phone model is added, edited and removed', async () => {
  await using rig = await makeRig();
  expect(await rig.ask('POST', '/v1/models', SNOM)).toMatchObject({
    status: 201,
    body: { id: 'snom-d7', shipped: false },
  });
  const edited = await rig.ask('PUT', '/v1/models/snom-d7', { model: 'D700' });
  expect(edited.body).toMatchObject({ model: 'D700', pattern: SNOM.pattern });
  expect((await rig.ask('GET', '/v1/models')).body.models).toMatchObject([
    { id: 'snom-d7' },
    { id: 'yealink-t4', shipped: true },
  ]);
  expect((await rig.ask('DELETE', '/v1/models/snom-d7')).body).toEqual({ removed: 'snom-d7' });
  expect((await rig.ask('GET', '/v1/models/snom-d7')).status).toBe(404);
});

test('a phone model that fails its own samples is refused', async () => {
  await using rig = await makeRig();
  const answer = await rig.ask('POST', '/v1/models', { ...SNOM, matches: ['Polycom'] });
  expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid-model' } } });
});

test('a phone model of a known id cannot be added, and one in use not removed', async () => {
  await using rig = await makeRig();
  const again = await rig.ask('POST', '/v1/models', YEALINK);
  expect(again).toMatchObject({ status: 409, body: { error: { code: 'model-exists' } } });
  await rig.ask('PUT', '/v1/settings', { fallback: 'yealink-t4' });
  const removed = await rig.ask('DELETE', '/v1/models/yealink-t4');
  expect(removed).toMatchObject({ status: 409, body: { error: { code: 'model-in-use' } } });
});

test('violations are filtered by extension, by open, and limited', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/settings', { fallback: 'yealink-t4' });
  rig.register('1001', [THIEF, '203.0.113.7:5062']);
  rig.register('1002', [THIEF, '203.0.113.8:5062'], ['other', '203.0.113.9:5062']);
  await rig.ask('POST', '/v1/extensions/1001/clear');
  const count = async (query: string) =>
    (await rig.ask('GET', `/v1/violations${query}`)).body.violations.length;
  expect(await count('')).toBe(3);
  expect(await count('?open=true')).toBe(2);
  expect(await count('?extension=1001&open=false')).toBe(1);
  expect(await count('?limit=1')).toBe(1);
});

test('a query that makes no sense is refused', async () => {
  await using rig = await makeRig();
  for (const query of ['limit=0', 'limit=1001', 'limit=ten', 'open=maybe', 'page=2']) {
    expect((await rig.ask('GET', `/v1/violations?${query}`)).status, query).toBe(400);
  }
});
