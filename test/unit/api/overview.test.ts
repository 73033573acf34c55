import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/domain/policy.ts';
import { StoreError } from '../../../src/store/store.ts';
import { contactOf, DESK, makeRig, type Rig, THIEF } from './rig.ts';

const DESK_AT = '192.0.2.10:5060';

async function rowOf(rig: Rig, extension: string) {
  const { body } = await rig.ask('GET', '/v1/overview');
  return body.extensions.find((row: { extension: string }) => row.extension === extension);
}

test('a row tells the lock, the phones, what was last seen and the violations of the last days', async () => {
  await using rig = await makeRig();
  rig.register('1001', [DESK, DESK_AT]);
  const asked = { alternatives: [{ kind: 'model', model: 'yealink-t4' }], mode: 'monitor' };
  await rig.ask('PUT', '/v1/extensions/1001/policy', asked);
  rig.register('1001', [DESK, DESK_AT], [THIEF, '203.0.113.7:5062']);
  const desk = { userAgent: DESK, userAgentFault: null, vendor: 'Yealink', model: 'SIP-T46U' };
  expect(await rowOf(rig, '1001')).toEqual({
    extension: '1001',
    label: 'Reception',
    listed: true,
    lock: {
      ...{ source: 'own', kind: 'model', alternatives: asked.alternatives, grants: [] },
      ...{ ...DEFAULT_SETTINGS, fallback: undefined },
      mode: 'monitor',
    },
    policyMode: 'monitor',
    codeExpires: null,
    contacts: [
      {
        ...desk,
        firmware: '108.86.0.20',
        address: DESK_AT,
        matches: true,
        expires: expect.stringMatching(/Z$/),
        since: expect.stringMatching(/Z$/),
      },
      expect.objectContaining({ userAgent: THIEF, matches: false }),
    ],
    openViolations: 1,
    lastSeen: expect.objectContaining({ userAgent: THIEF, address: '203.0.113.7:5062' }),
    known: false,
    violationDays: [0, 0, 0, 0, 0, 0, 1],
  });
});

test('a one-time code shows as long as it is good, and never itself', async () => {
  await using rig = await makeRig();
  expect(await rowOf(rig, '1002')).toMatchObject({ codeExpires: null });
  const { body } = await rig.ask('POST', '/v1/extensions/1002/enrolment', {});
  const row = await rowOf(rig, '1002');
  expect(row.codeExpires).toBe(body.expires);
  expect(JSON.stringify(row)).not.toContain(body.code);
  await rig.ask('DELETE', '/v1/extensions/1002/enrolment');
  expect(await rowOf(rig, '1002')).toMatchObject({ codeExpires: null });
});

test('a phone that went is last seen, and known by the library or not', async () => {
  await using rig = await makeRig();
  rig.register('1001', [DESK, DESK_AT]);
  rig.register('1001');
  expect(await rowOf(rig, '1001')).toMatchObject({
    contacts: [],
    lastSeen: { userAgent: DESK },
    known: true,
  });
  await rig.ask('DELETE', '/v1/models/yealink-t4');
  expect(await rowOf(rig, '1001')).toMatchObject({ known: false });
  expect(await rowOf(rig, '1003')).toMatchObject({ lastSeen: null, known: null });
});

test('whoever has it already gets nothing, until something changes', async () => {
  await using rig = await makeRig();
  const first = await rig.ask('GET', '/v1/overview');
  const again = { 'if-none-match': `"other", ${first.headers.etag}` };
  const same = await rig.ask('GET', '/v1/overview', undefined, again);
  expect([same.status, same.bytes.length]).toEqual([304, 0]);
  await rig.ask('PUT', '/v1/settings', { mode: 'monitor' });
  const changed = await rig.ask('GET', '/v1/overview', undefined, again);
  expect(changed.status).toBe(200);
  expect(changed.body.extensions[0].lock.mode).toBe('monitor');
});

test.each(['gzip', 'br, gzip;q=0.5', '*'])('who takes %s gets it compressed', async (accepted) => {
  await using rig = await makeRig();
  const answer = await rig.ask('GET', '/v1/overview', undefined, { 'accept-encoding': accepted });
  expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(JSON.parse(String(gunzipSync(answer.bytes))).extensions).toHaveLength(3);
});

test.each(['', 'gzip;q=0', 'identity'])('who takes "%s" gets it plain', async (accepted) => {
  await using rig = await makeRig();
  const answer = await rig.ask('GET', '/v1/overview', undefined, { 'accept-encoding': accepted });
  expect(answer.headers['content-encoding']).toBeUndefined();
  expect(answer.body.extensions).toHaveLength(3);
});

test('nobody is shown what was before their change, however many ask at once', async () => {
  await using rig = await makeRig();
  for (const mode of ['monitor', 'enforce', 'monitor']) {
    const early = rig.ask('GET', '/v1/overview');
    await rig.ask('PUT', '/v1/settings', { mode });
    const late = await Promise.all([1, 2, 3].map(() => rig.ask('GET', '/v1/overview')));
    for (const { body } of late) expect(body.extensions[0].lock.mode).toBe(mode);
    expect((await early).status).toBe(200);
  }
});

test('without the database it shows what is known now, and says what is missing', async () => {
  const violationDays = () => Promise.reject(new StoreError('failed', 'the disk is gone', 'Mend it.'));
  await using rig = await makeRig({
    store: (real) => Object.assign(Object.create(real), { violationDays }),
  });
  rig.table.applyContacts('1001', [contactOf('1001', DESK, DESK_AT)]);
  const { status, body } = await rig.ask('GET', '/v1/overview');
  expect([status, body.history]).toEqual([200, false]);
  expect(body.extensions[0]).toMatchObject({ contacts: [{ userAgent: DESK }], lastSeen: null, known: true });
});
