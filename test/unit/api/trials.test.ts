import { afterAll, beforeAll, expect, test } from 'vitest';
import { DESK, makeRig, type Rig, THIEF, YEALINK } from './rig.ts';

const SNOM = 'snomD785/10.1.64.14';
const SNOM_PATTERN = '^snomD7[0-9]{2}/[0-9.]+$';

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
  rig.register('1001', [SNOM, '192.0.2.1:5060']);
  rig.register('1002', [DESK, '192.0.2.2:5060']);
  rig.register('1003', ['snomD785/10.1.54.13', '192.0.2.3:5060'], [SNOM, '192.0.2.4:5060']);
});
afterAll(() => rig[Symbol.asyncDispose]());

test('a model is proposed from a seen User-Agent, with the extensions it would cover', async () => {
  const { body } = await rig.ask('POST', '/v1/models/propose', { userAgent: SNOM });
  expect(body).toMatchObject({
    ...{ id: 'snom-d785', vendor: 'Snom', model: 'D785', existing: null },
    matches: [SNOM, 'snomD785/10.1.54.13'],
    covers: ['1001', '1003'],
  });
  const { id, vendor, model, pattern, matches, rejects } = body;
  const whole = { id, vendor, model, kind: 'desk', pattern, matches, rejects };
  expect((await rig.ask('POST', '/v1/models', whole)).status).toBe(201);
  const again = await rig.ask('POST', '/v1/models/propose', { userAgent: SNOM });
  expect(again.body).toMatchObject({ id: 'snom-d785-2', existing: 'snom-d785' });
  await rig.ask('DELETE', '/v1/models/snom-d785');
});

test.each([THIEF, 'x'.repeat(600), 'a\u0007b'])('none is proposed from %j', async (userAgent) => {
  const answer = await rig.ask('POST', '/v1/models/propose', { userAgent });
  expect(answer).toMatchObject({ status: 422, body: { error: { code: 'invalid-pattern' } } });
});

test('a sound pattern is told what it covers', async () => {
  const tried = { pattern: SNOM_PATTERN, matches: [SNOM], rejects: ['snom370/8.7.5.35'] };
  expect((await rig.ask('POST', '/v1/models/try', tried)).body).toEqual({
    ...{ ok: true, problems: [], covers: ['1001', '1003'] },
  });
});

test.each([
  [{ pattern: 'snom' }, [{ field: 'pattern', index: null }]],
  [{ pattern: '^snom(' }, [{ field: 'pattern', index: null }]],
  [{ matches: [SNOM, 'Polycom'] }, [{ field: 'matches', index: 1 }]],
  [{ rejects: ['snom370/8.7.5.35', SNOM] }, [{ field: 'rejects', index: 1 }]],
  [{ matches: [] }, [{ field: 'matches', index: null }]],
  [
    { pattern: YEALINK.pattern, matches: [DESK], rejects: [] },
    [
      { field: 'matches', index: 0 },
      { field: 'pattern', index: null },
    ],
  ],
])('what is wrong is told by its place: %j', async (change, problems) => {
  const tried = { pattern: SNOM_PATTERN, matches: [SNOM], rejects: [], ...change };
  const { body } = await rig.ask('POST', '/v1/models/try', tried);
  expect(body.ok).toBe(false);
  expect(body.problems).toMatchObject(problems);
  for (const { message } of body.problems) expect(message).not.toBe('');
});

test('a model that is edited does not stand in its own way', async () => {
  const tried = { id: 'yealink-t4', pattern: YEALINK.pattern, matches: [DESK], rejects: [] };
  expect((await rig.ask('POST', '/v1/models/try', tried)).body).toMatchObject({ ok: true, covers: ['1002'] });
});

test('a lock is tried against the phones that are registered and those that were seen', async () => {
  const alternatives = [{ kind: 'custom', match: 'prefix', value: 'snomD785/10.1.6' }];
  const { body } = await rig.ask('POST', '/v1/extensions/1003/try', { alternatives });
  const found = (seen: { userAgent: string; matches: boolean }[]) =>
    Object.fromEntries(seen.map(({ userAgent, matches }) => [userAgent, matches]));
  expect(found(body.contacts)).toEqual({ 'snomD785/10.1.54.13': false, [SNOM]: true });
  expect(found(body.sightings)).toEqual(found(body.contacts));
  expect(rig.table.policy('1003').lock).toBeUndefined();
});

test.each([
  ['1003', [{ kind: 'model', model: 'nope' }], 404],
  ['1003', [{ kind: 'custom', match: 'pattern', value: '(?=x)' }], 422],
  ['1003', [{ kind: 'this-device' }], 409],
  ['1003', [], 400],
  ['4711', [{ kind: 'model', model: 'yealink-t4' }], 404],
])(
  'a lock that could not be made is refused as it would be: %s %j',
  async (extension, alternatives, status) => {
    const answer = await rig.ask('POST', `/v1/extensions/${extension}/try`, { alternatives });
    expect(answer.status).toBe(status);
  },
);
