import { expect, test } from 'vitest';
import { type Plan, planOf, type Tables } from '../../../src/customlock/plan.ts';

function plan(tables: Partial<Tables>): Plan {
  return planOf({ phones: [], extensions: [], config: [], ...tables });
}

const PHONES = [
  { id: '1', name: 'Yealink T4', pattern: '/^Yealink SIP-T4/i' },
  { id: '2', name: 'Zoiper', pattern: 'Zoiper%' },
];

test('a lock to a phone becomes a lock to its pattern', () => {
  const { document, left } = plan({
    phones: PHONES,
    extensions: [
      { extension: '1001', lock_mode: 'model', phone_id: '1' },
      { extension: '1002', lock_mode: 'MODEL', phone_id: 'Zoiper' },
    ],
  });
  expect(document.policies).toMatchObject({
    '1001': { alternatives: [{ kind: 'custom', match: 'pattern', value: '(?i)^Yealink SIP-T4' }] },
    '1002': { alternatives: [{ kind: 'custom', match: 'prefix', value: 'Zoiper' }] },
  });
  expect(left).toEqual([]);
});

test.each([
  ['two phones bear', [PHONES[0], { id: '7', name: 'Yealink T4', pattern: 'SIP-T4%' }], 'Yealink T4'],
  ['is the id of another phone', [{ id: '7', name: '2', pattern: 'Grandstream%' }, PHONES[1]], '2'],
  [
    'a phone that was refused bears too',
    [PHONES[1], { id: '7', name: 'Zoiper', pattern: '/(?=a)/' }],
    'Zoiper',
  ],
])('a lock to a name that %s is left', (_, phones, phone) => {
  const { document, left } = plan({
    phones: phones.filter((row) => row !== undefined),
    extensions: [{ extension: '1001', lock_mode: 'model', phone }],
  });
  expect(document.policies).toEqual({});
  expect(left.at(-1)).toMatchObject({ what: 'extension 1001', how: expect.stringContaining('2 phones') });
});

test('an extension of several rows is left, whichever comes first', () => {
  const { document, left } = plan({
    extensions: [
      { extension: '1001', mode: 'device', user_agent: 'a' },
      { extension: '1001', mode: 'none', user_agent: null },
    ],
  });
  expect(document.policies).toEqual({});
  expect(left).toHaveLength(2);
});

test('a device lock is the exact User-Agent, blanks and punctuation and all', () => {
  const { document } = plan({
    extensions: [{ ext: '1001', mode: 'device', user_agent: 'Yealink SIP-T46U 108.86.0.20' }],
  });
  expect(document.policies?.['1001']?.alternatives).toEqual([
    { kind: 'device', userAgent: 'Yealink SIP-T46U 108.86.0.20' },
  ]);
});

test.each([
  ['#^snomD7[0-9]{2}/#', { match: 'pattern', value: '^snomD7[0-9]{2}/' }],
  ['Linphone*', { match: 'prefix', value: 'Linphone' }],
  ['Cisco/SPA%-7.%', { match: 'pattern', value: '^Cisco/SPA.*-7\\..*$' }],
  ['Polycom VVX 4.1', { match: 'prefix', value: 'Polycom VVX 4.1' }],
])('the custom pattern %s is taken', (custom_pattern, expected) => {
  const { document } = plan({ extensions: [{ extension: '1001', mode: 'custom', custom_pattern }] });
  expect(document.policies?.['1001']?.alternatives).toMatchObject([expected]);
});

test.each([
  ['a look-ahead', { mode: 'custom', pattern: '/^(?!bad)Yealink/' }],
  ['a modifier nobody here knows', { mode: 'custom', pattern: '/^Yealink/x' }],
  ['what accepts every device', { mode: 'custom', pattern: '%' }],
  ['a phone that is not there', { mode: 'model', phone_id: '9' }],
  ['a device lock without a device', { mode: 'device', user_agent: null }],
  ['a mode nobody knows', { mode: 'geo' }],
  ['a lock that was switched off', { mode: 'device', user_agent: 'x', enabled: '0' }],
  ['no lock', { mode: 'none' }],
])('%s is left, with the reason', (_, row) => {
  const { document, left } = plan({ extensions: [{ extension: '1001', ...row }] });
  expect(document.policies).toEqual({});
  expect(left).toMatchObject([{ what: 'extension 1001', how: expect.stringMatching(/\w+ \w+/) }]);
});

test('the mode comes along, whether in rows or in columns, and a fallback that is off', () => {
  const expected = { fallback: null, mode: 'monitor' };
  const rows = [
    { keyword: 'fallback_phone', value: '0' },
    { keyword: 'mode', value: 'monitor' },
  ];
  expect(plan({ config: rows }).document.settings).toEqual(expected);
  const columns = [{ id: '1', fallback: '', mode: 'monitor' }];
  expect(plan({ config: columns }).document.settings).toEqual(expected);
});

test('a fallback that is on is left to the operator, with the command for it', () => {
  const { document, left } = plan({ phones: PHONES, config: [{ keyword: 'fallback', value: '1' }] });
  expect(document).not.toHaveProperty('settings');
  expect(left[0]?.how).toContain('device-lock fallback on --model');
});

test('a setting nobody here knows is named and left', () => {
  const { document, left } = plan({ config: [{ keyword: 'email', value: 'a@example.org' }] });
  expect(document).not.toHaveProperty('settings');
  expect(left).toEqual([{ what: 'setting email', how: '"a@example.org" means nothing here' }]);
});
