import { expect, test } from 'vitest';
import { StoreError } from '../../../src/store/store.ts';
import { makeRig } from './rig.ts';

test('a bug is an internal error with an id, and the log has it whole', async () => {
  const calls = () => Promise.reject(new TypeError('secret detail'));
  await using rig = await makeRig({ store: (real) => Object.assign(Object.create(real), { calls }) });
  const { status, body } = await rig.ask('GET', '/v1/calls');
  expect(status).toBe(500);
  expect(body.error).toMatchObject({
    code: 'internal',
    message: expect.stringMatching(/^internal error [0-9a-f]{8}$/),
  });
  expect(JSON.stringify(body)).not.toContain('secret detail');
  const id = body.error.message.split(' ').at(-1);
  const found = rig.logged.find(({ level }) => level === 'error');
  expect(found?.fields).toMatchObject({ id, err: expect.objectContaining({ message: 'secret detail' }) });
});

test('a change that the disk refuses is not in force', async () => {
  const commit = () => Promise.reject(new StoreError('failed', 'no space', 'Make room.'));
  await using rig = await makeRig({ store: (real) => Object.assign(Object.create(real), { commit }) });
  const answer = await rig.ask('PUT', '/v1/settings', { mode: 'monitor' });
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'storage', hint: 'Make room.' } } });
  expect(rig.table.settings.mode).toBe('enforce');
});

test('a read that the disk refuses says so', async () => {
  const audit = () =>
    Promise.reject(new StoreError('failed', 'The database cannot be read.', 'See the disk.'));
  await using rig = await makeRig({ store: (real) => Object.assign(Object.create(real), { audit }) });
  expect(await rig.ask('GET', '/v1/audit')).toMatchObject({
    status: 503,
    body: { error: { code: 'storage' } },
  });
});

test('a route that is not there is said to be none', async () => {
  await using rig = await makeRig();
  expect(await rig.ask('GET', '/v2/status')).toMatchObject({
    status: 404,
    body: { error: { code: 'no-such-route' } },
  });
});

test('a request larger than its limit is refused', async () => {
  await using rig = await makeRig();
  const answer = await rig.ask('PUT', '/v1/settings', { mode: 'x'.repeat(1_100_000) });
  expect(answer).toMatchObject({ status: 413, body: { error: { code: 'too-large' } } });
});

test('a body that is not JSON by its own word is refused', async () => {
  await using rig = await makeRig();
  const answer = await rig.ask('PUT', '/v1/settings', 'mode=monitor', { 'content-type': 'text/plain' });
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'malformed' } } });
});

test('no name of an extension leaves its place in the path', async () => {
  await using rig = await makeRig();
  for (const name of ['..%2f..%2fstatus', '%00', `${'9'.repeat(90)}`, '1001%0d%0aX', '__proto__']) {
    const { status } = await rig.ask('GET', `/v1/extensions/${name}`);
    expect([400, 404]).toContain(status);
  }
});
