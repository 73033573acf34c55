import { expect, test } from 'vitest';
import { DESK, makeRig, type Rig, THIEF } from './rig.ts';

const LOCK = { alternatives: [{ kind: 'model', model: 'yealink-t4' }] };

async function lockOf(rig: Rig, extension: string): Promise<string> {
  return (await rig.ask('GET', `/v1/extensions/${extension}`)).body.lock.source;
}

test('an extension that the PBX deleted leaves no lock and no open violation behind', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', { ...LOCK, mode: 'monitor' });
  rig.register('1001', [THIEF, '203.0.113.7:5062']);
  const gone = await rig.ask('DELETE', '/v1/extensions/1001', undefined, {
    'x-device-lock-who': 'freepbx:admin',
  });
  expect(gone).toMatchObject({ status: 200, body: { forgotten: '1001' } });
  const { body } = await rig.ask('GET', '/v1/extensions/1001');
  expect(body).toMatchObject({ lock: { source: 'none', mode: 'enforce' }, violations: [] });
  const { audit } = (await rig.ask('GET', '/v1/audit?target=1001')).body;
  expect(audit[0]).toMatchObject({ who: 'freepbx:admin', action: 'forget' });
});

test('an extension takes its lock along to its new number, and its phone is judged there', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', LOCK);
  rig.register('1002', [THIEF, '203.0.113.7:5062']);
  expect((await rig.ask('POST', '/v1/extensions/1001/rename', { to: '1002' })).status).toBe(200);
  expect([await lockOf(rig, '1001'), await lockOf(rig, '1002')]).toEqual(['none', 'own']);
  expect((await rig.ask('GET', '/v1/violations?extension=1002&open=true')).body.violations).toHaveLength(1);
});

test('a new number that has a lock of its own keeps it, and so does the old one', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', LOCK);
  await rig.ask('PUT', '/v1/extensions/1002/policy', { mode: 'monitor' });
  const refused = await rig.ask('POST', '/v1/extensions/1001/rename', { to: '1002' });
  expect(refused).toMatchObject({ status: 400, body: { error: { code: 'malformed' } } });
  expect(await lockOf(rig, '1001')).toBe('own');
});

test('nothing is forgotten or renamed of an extension that nobody knows', async () => {
  await using rig = await makeRig();
  const missing = { status: 404, body: { error: { code: 'no-such-extension' } } };
  expect(await rig.ask('DELETE', '/v1/extensions/4711')).toMatchObject(missing);
  expect(await rig.ask('POST', '/v1/extensions/4711/rename', { to: '1001' })).toMatchObject(missing);
});

test('a shipped phone model that was edited is as shipped again, and the locks go by it at once', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', LOCK);
  await rig.ask('PUT', '/v1/models/yealink-t4', { pattern: '^Other$', matches: ['Other'] });
  rig.register('1001', [DESK, '192.0.2.10:5060']);
  expect((await rig.ask('GET', '/v1/extensions/1001')).body.contacts[0].matches).toBe(false);
  const restored = await rig.ask('POST', '/v1/models/yealink-t4/restore');
  expect(restored).toMatchObject({ status: 200, body: { shipped: true, matches: [DESK] } });
  const { body } = await rig.ask('GET', '/v1/extensions/1001');
  expect(body).toMatchObject({ contacts: [{ matches: true }], violations: [] });
  expect(await rig.store.load()).toMatchObject({ models: [] });
});

test('a shipped phone model that was removed is listed as such, and can be had back', async () => {
  await using rig = await makeRig();
  await rig.ask('DELETE', '/v1/models/yealink-t4');
  expect((await rig.ask('GET', '/v1/models')).body).toMatchObject({
    models: [],
    removed: [{ id: 'yealink-t4' }],
  });
  expect((await rig.ask('POST', '/v1/models/yealink-t4/restore')).status).toBe(200);
  expect((await rig.ask('GET', '/v1/models')).body).toMatchObject({
    models: [{ id: 'yealink-t4' }],
    removed: [],
  });
});

test.each([
  ['that is as it was shipped', 'yealink-t4', 400],
  ['that nobody knows', 'nokia', 404],
])('a phone model %s is not restored', async (_, id, status) => {
  await using rig = await makeRig();
  expect((await rig.ask('POST', `/v1/models/${id}/restore`)).status).toBe(status);
});
