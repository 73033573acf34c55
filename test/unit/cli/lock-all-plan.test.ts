import { expect, it } from 'vitest';
import type { ExtensionSummary } from '../../../src/api/shapes.ts';
import { proposeLocks, unchanged } from '../../../src/cli/lock-all-plan.ts';
import { DEFAULT_SETTINGS } from '../../../src/domain/policy.ts';

const wishes = { modelsOf: undefined, isAttackTool: () => false };

it.each<[string, Partial<ExtensionSummary>, string]>([
  ['is locked already', { lock: lock('own') }, 'locked already'],
  ['Asterisk does not list', { listed: false }, 'not an extension of Asterisk'],
  ['has a phone the fallback refuses', { contacts: [contact('A', false)] }, 'a wrong device is registered'],
  ['has open violations', { openViolations: 1 }, 'violations are open'],
  [
    'has a phone without a name',
    { contacts: [contact(null)] },
    'the phone names no device a lock could hold',
  ],
  [
    'has a phone with a malformed one',
    { contacts: [{ ...contact('x'), userAgentFault: 'not-utf8' }] },
    'the phone names no device a lock could hold',
  ],
])('an extension that %s is left alone', (_, of, why) => {
  expect(proposeLocks([summary(of)], wishes)).toMatchObject([{ alternative: null, whyNot: why }]);
});

it('a phone that two models claim is locked to by itself', () => {
  const modelsOf = (userAgent: string) => (userAgent === 'A' ? ['a', 'b'] : ['a']);
  const found = proposeLocks([summary({}), summary({ contacts: [contact('B')] })], { ...wishes, modelsOf });
  expect(found.map(({ alternative }) => alternative?.kind)).toEqual(['device', 'model']);
});

it('what has changed since it was looked at is left alone', () => {
  const looked = proposeLocks([summary({}), summary({ extension: '1002' })], wishes);
  const now = proposeLocks(
    [summary({ contacts: [contact('thief')] }), summary({ extension: '1002' })],
    wishes,
  );
  expect(unchanged(looked, now).map(({ extension }) => extension)).toEqual(['1002']);
});

function summary(of: Partial<ExtensionSummary>): ExtensionSummary {
  return {
    ...{ extension: '1001', label: null, listed: true, lock: lock('none'), openViolations: 0 },
    contacts: [contact('A')],
    ...of,
  };
}

function contact(userAgent: string | null, matches: boolean | null = null) {
  return { userAgent, userAgentFault: null, address: '192.0.2.10:5060', matches };
}

function lock(source: 'own' | 'none'): ExtensionSummary['lock'] {
  return { ...DEFAULT_SETTINGS, source, kind: 'none', alternatives: [], grants: [] };
}
