import { expect, test } from 'vitest';
import { DESK, makeRig, type Rig, THIEF } from './rig.ts';

const DESK_AT = '192.0.2.10:5060';
const THIEF_AT = '203.0.113.7:5062';
const LOCK = {
  alternatives: [
    { kind: 'custom', match: 'prefix', value: 'Zoiper' },
    { kind: 'model', model: 'yealink-t4' },
  ],
};

async function check(rig: Rig, asked: object) {
  return (await rig.ask('POST', '/v1/extensions/1001/check', asked)).body;
}

test('a call of the right phone passes, and the alternative that matched is named', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', LOCK);
  expect(await check(rig, { userAgent: DESK })).toMatchObject({
    answer: 'allow',
    rule: 'matches',
    alternatives: [{ matches: false }, { matches: true, alternative: { kind: 'model' } }],
    contact: null,
  });
});

test.each([
  [{ userAgent: THIEF }, 'wrong-device'],
  [{ userAgent: null }, 'no-user-agent'],
  [{ userAgent: 'x'.repeat(600) }, 'malformed-user-agent'],
])('a call whose User-Agent does not match is denied by it: %j', async (asked, reason) => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', LOCK);
  expect(await check(rig, asked)).toMatchObject({
    answer: 'deny',
    verdict: 'deny',
    reason,
    rule: 'user-agent',
  });
});

test('the right User-Agent from where a wrong phone is registered is denied, and the contact is shown', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', LOCK);
  rig.register('1001', [DESK, DESK_AT], [THIEF, THIEF_AT]);
  expect(await check(rig, { userAgent: DESK, address: THIEF_AT })).toMatchObject({
    answer: 'deny',
    rule: 'wrong-device-registered',
    contact: { userAgent: THIEF, address: THIEF_AT },
  });
  expect(await check(rig, { userAgent: DESK, address: DESK_AT })).toMatchObject({
    answer: 'allow',
    contact: { userAgent: DESK },
  });
});

test('a phone that must be registered and is not is denied by that rule', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', { ...LOCK, requireRegistration: true });
  const asked = { userAgent: DESK, address: DESK_AT };
  expect(await check(rig, asked)).toMatchObject({ answer: 'deny', rule: 'require-registration' });
});

test('in monitor a deny is answered allow, and both are told', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', { ...LOCK, mode: 'monitor' });
  expect(await check(rig, { userAgent: THIEF })).toMatchObject({
    answer: 'allow',
    verdict: 'deny',
    reason: 'wrong-device',
    mode: 'monitor',
  });
});

test('who has no lock, or is no extension, passes', async () => {
  await using rig = await makeRig();
  expect(await check(rig, { userAgent: THIEF })).toMatchObject({ answer: 'allow', rule: 'no-lock' });
  const { body } = await rig.ask('POST', '/v1/extensions/trunk-a/check', { userAgent: THIEF });
  expect(body).toMatchObject({ answer: 'allow', rule: 'no-extension' });
});

test('an address that is none is refused', async () => {
  await using rig = await makeRig();
  const answer = await rig.ask('POST', '/v1/extensions/1001/check', { userAgent: DESK, address: 'nowhere' });
  expect(answer).toMatchObject({ status: 400, body: { error: { code: 'malformed' } } });
});

test('nothing is recorded of it', async () => {
  await using rig = await makeRig();
  await rig.ask('PUT', '/v1/extensions/1001/policy', LOCK);
  await check(rig, { userAgent: THIEF, address: THIEF_AT });
  const { body } = await rig.ask('GET', '/v1/extensions/1001');
  expect(body).toMatchObject({ violations: [], sightings: [], calls: [] });
});
