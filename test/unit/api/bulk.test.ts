import { expect, test } from 'vitest';
import { type Store, StoreError } from '../../../src/store/store.ts';
import { DESK, makeRig, THIEF } from './rig.ts';

const MODEL = { kind: 'model', model: 'yealink-t4' };

test('many extensions are locked in one change on disk, with an audit entry each', async () => {
  let commits = 0;
  const counting = (real: Store): Store =>
    Object.assign(Object.create(real), {
      commit: (change: Parameters<Store['commit']>[0]) => {
        commits++;
        return real.commit(change);
      },
      violations: real.violations.bind(real),
      audit: real.audit.bind(real),
    });
  await using rig = await makeRig({ store: counting });
  const asked = { extensions: ['1001', '1003', '1001'], request: { alternatives: [MODEL], mode: 'monitor' } };
  const { body } = await rig.ask('POST', '/v1/bulk', asked, { 'x-device-lock-who': 'web:alice' });
  expect(body).toEqual({ done: ['1001', '1003'], failed: [] });
  expect(commits).toBe(1);
  expect(rig.table.lockInForce('1003')).toMatchObject({ source: 'own', mode: 'monitor' });
  const { audit } = (await rig.ask('GET', '/v1/audit')).body;
  expect(audit).toMatchObject([
    { who: 'web:alice', action: 'lock', target: '1003' },
    { who: 'web:alice', action: 'lock', target: '1001' },
  ]);
});

test('each extension captures its own phone, and who has none is told', async () => {
  await using rig = await makeRig();
  rig.register('1001', [DESK, '192.0.2.10:5060']);
  rig.register('1002', [THIEF, '192.0.2.11:5060']);
  const request = { alternatives: [{ kind: 'this-device' }] };
  const extensions = ['1001', '1002', '1003', '4711', 'a b'];
  const { body } = await rig.ask('POST', '/v1/bulk', { extensions, request });
  expect(body.done).toEqual(['1001', '1002']);
  expect(body.failed).toMatchObject([
    { extension: '1003', code: 'no-device', message: expect.stringContaining('1003') },
    { extension: '4711', code: 'no-such-extension' },
    { extension: 'a b', code: 'malformed' },
  ]);
  expect(rig.table.policy('1002').lock?.alternatives).toEqual([{ kind: 'device', userAgent: THIEF }]);
});

test('violations are cleared, and locks taken away, of many', async () => {
  await using rig = await makeRig();
  const extensions = ['1001', '1002'];
  await rig.ask('POST', '/v1/bulk', { extensions, request: { alternatives: [MODEL] } });
  for (const extension of extensions) rig.register(extension, [THIEF, '203.0.113.7:5062']);
  const cleared = await rig.ask('POST', '/v1/bulk', { extensions, request: { clear: true } });
  expect(cleared.body).toEqual({ done: extensions, failed: [] });
  const { violations } = (await rig.ask('GET', '/v1/violations')).body;
  expect(violations.map(({ ended }: { ended: { how: string } }) => ended.how)).toEqual([
    'cleared',
    'cleared',
  ]);
  await rig.ask('POST', '/v1/bulk', { extensions, request: { unlock: true } });
  expect(rig.table.lockInForce('1001').source).toBe('none');
  const { audit } = (await rig.ask('GET', '/v1/audit?target=1001')).body;
  expect(audit.map(({ action }: { action: string }) => action)).toEqual(['unlock', 'clear', 'lock']);
});

test('what is back with the system leaves nothing behind', async () => {
  await using rig = await makeRig();
  const extensions = ['1001'];
  await rig.ask('POST', '/v1/bulk', { extensions, request: { mode: 'monitor' } });
  await rig.ask('POST', '/v1/bulk', { extensions, request: { mode: null } });
  expect((await rig.ask('GET', '/v1/export')).body.policies).toEqual({});
  expect((await rig.store.load()).policies.size).toBe(0);
});

test('a disk that refuses changes nothing', async () => {
  const commit = () => Promise.reject(new StoreError('failed', 'no space', 'Make room.'));
  await using rig = await makeRig({ store: (real) => Object.assign(Object.create(real), { commit }) });
  const asked = { extensions: ['1001', '1002'], request: { mode: 'monitor' } };
  const answer = await rig.ask('POST', '/v1/bulk', asked);
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'storage' } } });
  expect(rig.table.lockInForce('1001').mode).toBe('enforce');
});

test('what cannot be for anybody is refused as a whole', async () => {
  await using rig = await makeRig();
  const extensions = ['1001', '1002'];
  for (const [request, code] of [
    [{ alternatives: [{ kind: 'model', model: 'nope' }] }, 'no-such-model'],
    [{ alternatives: [{ kind: 'custom', match: 'pattern', value: '(?=x)' }] }, 'invalid-pattern'],
    [{}, 'malformed'],
  ] as const) {
    const { body } = await rig.ask('POST', '/v1/bulk', { extensions, request });
    expect(body.error.code).toBe(code);
  }
  const both = { alternatives: [MODEL], unlock: true };
  const { body } = await rig.ask('POST', '/v1/bulk', { extensions, request: both });
  expect(body.failed).toMatchObject([{ code: 'malformed' }, { code: 'malformed' }]);
});

test('what is cleared but cannot be seen to be on disk is told of each', async () => {
  const violations = () => Promise.reject(new StoreError('failed', 'the disk is gone', 'Mend it.'));
  const overlay = (real: Store): Store =>
    new Proxy(real, {
      get(target, name) {
        if (name === 'violations') return violations;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  await using rig = await makeRig({ store: overlay });
  const extensions = ['1001', '1002'];
  await rig.ask('POST', '/v1/bulk', { extensions, request: { alternatives: [MODEL] } });
  for (const extension of extensions) rig.register(extension, [THIEF, '203.0.113.7:5062']);
  const { body } = await rig.ask('POST', '/v1/bulk', { extensions, request: { clear: true } });
  expect(body).toMatchObject({ done: [], failed: [{ code: 'storage' }, { code: 'storage' }] });
});
