import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Store, StoreError } from '../../../src/store/store.ts';
import { DESK, makeRig, type Rig } from './rig.ts';

const SNOM = {
  ...{ id: 'snom-d7', vendor: 'Snom', model: 'D7 series', kind: 'desk', pattern: '^snomD7[0-9]{2}/[0-9.]+$' },
  ...{ matches: ['snomD785/10.1.64.14'], rejects: ['snom370/8.7.5.35'] },
};

const HEAD = { format: 'device-lock', version: 1 };

async function fill(rig: Rig): Promise<void> {
  await rig.ask('POST', '/v1/models', SNOM);
  await rig.ask('PUT', '/v1/settings', { mode: 'monitor', fallback: 'snom-d7' });
  await rig.ask('PUT', '/v1/extensions/1001/policy', {
    alternatives: [
      { kind: 'device', userAgent: DESK },
      { kind: 'model', model: 'snom-d7' },
    ],
    requireRegistration: true,
  });
  await rig.ask('PUT', '/v1/extensions/1002/policy', { mode: 'enforce' });
}

test('what one machine exports another takes in whole', async () => {
  await using one = await makeRig();
  await using other = await makeRig();
  await fill(one);
  const { body: document } = await one.ask('GET', '/v1/export');
  const { body: report } = await other.ask('POST', '/v1/import', { document });
  expect(report).toEqual({
    dryRun: false,
    settings: 'changed',
    policies: { added: ['1001', '1002'], changed: [], same: 0 },
    models: { added: ['snom-d7'], changed: [], removed: [], same: 0 },
  });
  const { body: copy } = await other.ask('GET', '/v1/export');
  expect({ ...copy, exported: '' }).toEqual({ ...document, exported: '' });
});

test('importing the same again changes nothing', async () => {
  await using rig = await makeRig();
  await fill(rig);
  const { body: document } = await rig.ask('GET', '/v1/export');
  const { body: before } = await rig.ask('GET', '/v1/audit');
  const { body: report } = await rig.ask('POST', '/v1/import', { document });
  expect(report).toMatchObject({ settings: 'same', policies: { added: [], same: 2 }, models: { same: 1 } });
  expect((await rig.ask('GET', '/v1/audit')).body.audit).toHaveLength(before.audit.length);
});

test('an import that takes an extension its last decision leaves none of it on disk', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', { mode: 'monitor' });
  const document = { ...HEAD, policies: { '1001': {} } };
  expect((await rig.ask('POST', '/v1/import', { document })).status).toBe(200);
  expect([...(await rig.store.load()).policies.keys()]).toEqual([]);
});

test('a dry run reports and changes nothing', async () => {
  await using one = await makeRig();
  await using other = await makeRig();
  await fill(one);
  const { body: document } = await one.ask('GET', '/v1/export');
  const { body: report } = await other.ask('POST', '/v1/import', { document, dryRun: true });
  expect(report).toMatchObject({ dryRun: true, policies: { added: ['1001', '1002'] } });
  expect((await other.ask('GET', '/v1/export')).body).toMatchObject({ policies: {}, models: [] });
});

test('a model that a lock outside the document needs is not removed', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', {
    alternatives: [{ kind: 'model', model: 'yealink-t4' }],
  });
  const document = { ...HEAD, hiddenModels: ['yealink-t4'] };
  const answer = await rig.ask('POST', '/v1/import', { document });
  expect(answer).toMatchObject({ status: 409, body: { error: { code: 'model-in-use' } } });
});

test('an import that the disk refuses half-way is undone', async () => {
  const refuseLocks = (real: Store): Store =>
    Object.assign(Object.create(real), {
      commit: (change: Parameters<Store['commit']>[0]) =>
        change.policies === undefined
          ? real.commit(change)
          : Promise.reject(new StoreError('failed', 'no space', 'Make room.')),
    });
  await using rig = await makeRig({ store: refuseLocks });
  const document = {
    ...HEAD,
    settings: { mode: 'monitor' },
    models: [SNOM],
    policies: { 1001: { mode: 'enforce' } },
  };
  const answer = await rig.ask('POST', '/v1/import', { document });
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'storage' } } });
  expect(rig.table.settings.mode).toBe('enforce');
  expect((await rig.ask('GET', '/v1/models/snom-d7')).status).toBe(404);
});

describe('a document with one fault', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await makeRig();
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  test.each([
    [
      {
        ...HEAD,
        policies: { 1001: { mode: 'monitor' }, 1002: { alternatives: [{ kind: 'model', model: 'nope' }] } },
      },
      'Extension 1002',
    ],
    [{ ...HEAD, policies: { 1001: { mode: 'monitor' } }, settings: { fallback: 'nope' } }, 'nope'],
    [
      { ...HEAD, policies: { 1001: { mode: 'monitor' } }, models: [{ ...SNOM, matches: ['Polycom'] }] },
      'snom-d7',
    ],
    [{ ...HEAD, policies: { 1001: { mode: 'monitor' }, 'a b': { mode: 'monitor' } } }, 'a b'],
    [{ ...HEAD, version: 2 }, 'version must be 1'],
    [{ ...HEAD, policies: { 1001: { mode: 'monitor', colour: 'red' } } }, 'unknown property "colour"'],
  ])('changes nothing: %j', async (document, words) => {
    const { status, body } = await rig.ask('POST', '/v1/import', { document });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.error.message).toContain(words);
    expect((await rig.ask('GET', '/v1/export')).body).toMatchObject({ policies: {}, models: [] });
  });
});
