import { expect, test } from 'vitest';
import { lockTo } from '../../../src/domain/enrolment.ts';
import { addGrants } from '../../../src/domain/grant.ts';
import type { Alternative } from '../../../src/domain/lock.ts';

const device = (userAgent: string): Alternative => ({ kind: 'device', userAgent });
const exact = (value: string): Alternative => ({ kind: 'custom', match: 'exact', value });
const MODEL: Alternative = { kind: 'model', model: 'yealink-t4' };
const PREFIX: Alternative = { kind: 'custom', match: 'prefix', value: 'Linphone' };

test.each<[string, Alternative[] | undefined, Alternative[]]>([
  ['an extension without a lock gets one', undefined, [device('new')]],
  [
    'the device of before gives way, and a model beside it stays',
    [device('old'), MODEL],
    [device('new'), MODEL],
  ],
  ['several devices give way', [device('a'), PREFIX, device('b')], [device('new'), PREFIX]],
  ['what pins a device by an exact text gives way', [exact('old'), PREFIX], [device('new'), PREFIX]],
  ['but not beside a device', [exact('softphone'), device('old')], [device('new'), exact('softphone')]],
  ['the same phone again changes nothing', [device('new'), MODEL], [device('new'), MODEL]],
])('%s', (_, was, is) => {
  const lock = was === undefined ? undefined : { alternatives: was };
  expect(lockTo('new', lock)).toEqual({ alternatives: is });
});

test('granting the same alternative again only moves its end', () => {
  const was = [
    { alternative: MODEL, until: 1 },
    { alternative: PREFIX, until: 2 },
  ];
  expect(
    addGrants(was, [
      { alternative: MODEL, until: 8 },
      { alternative: MODEL, until: 9 },
    ]),
  ).toEqual([
    { alternative: PREFIX, until: 2 },
    { alternative: MODEL, until: 9 },
  ]);
});
