import { describe, expect, it } from 'vitest';
import { type FirstUseFacts, judgeFirstUse } from '../../../src/domain/first-use.ts';
import type { Sighting } from '../../../src/domain/sighting.ts';
import { ABSENT, type UserAgent, userAgentFromText } from '../../../src/domain/user-agent.ts';

const PHONE = 'Yealink SIP-T46U 108.86.0.20';
const NOW = 1_790_000_000_000;

describe('an extension without a lock', () => {
  it('takes the one device that is registered, and waits while none is', () => {
    expect(judge({ registered: [is(PHONE)] })).toEqual({ kind: 'take', userAgent: PHONE });
    expect(judge({ registered: [] })).toBeUndefined();
  });

  it('takes a device that is registered twice, and has called before it registered', () => {
    const called = seen('friendly-scanner', { by: 'INVITE' });
    expect(judge({ registered: [is(PHONE), is(PHONE)], seen: [called] })?.kind).toBe('take');
  });

  it.each<[string, Partial<FirstUseFacts>, string]>([
    ['different devices are registered', { registered: [is(PHONE), is('Zoiper')] }, 'several-devices'],
    ['one of them names nothing', { registered: [is(PHONE), is(ABSENT)] }, 'several-devices'],
    ['the device names nothing', { registered: [is(ABSENT)] }, 'no-device'],
    ['its name is malformed', { registered: [is(userAgentFromText('a\nb'))] }, 'no-device'],
    ['it is an attack tool', { registered: [is('scan')] }, 'attack-tool'],
    ['it is outside the networks', { registered: [is(PHONE, false)] }, 'wrong-network'],
    ['another registered here before', { seen: [seen('Snom')] }, 'another-before'],
    ['so much was seen that another may have', { isSeenWhole: false }, 'another-before'],
    ['one without a name did', { seen: [seen(ABSENT)] }, 'another-before'],
  ])('takes none where %s', (_, facts, why) => {
    expect(judge(facts)).toEqual({ kind: 'decline', why });
  });

  it('forgets what registered there long ago, or before its lock was removed', () => {
    expect(judge({ seen: [seen('Snom', { lastSeen: NOW - 1 })] })?.kind).toBe('take');
  });

  it('takes a phone whose firmware was older before', () => {
    expect(judge({ seen: [seen('older')], isUpdateOf: (_, before) => before === 'older' })?.kind).toBe(
      'take',
    );
  });
});

function judge(facts: Partial<FirstUseFacts>) {
  return judgeFirstUse({
    registered: [is(PHONE)],
    seen: [seen(PHONE)],
    isSeenWhole: true,
    since: NOW,
    isAttackTool: (userAgent) => userAgent === 'scan',
    isUpdateOf: () => false,
    ...facts,
  });
}

function is(device: string | UserAgent, isWithin = true) {
  return { userAgent: typeof device === 'string' ? userAgentFromText(device) : device, isWithin };
}

function seen(device: string | UserAgent, of: Partial<Sighting> = {}): Sighting {
  const { userAgent } = is(device);
  return {
    ...{ extension: '1001', userAgent, address: undefined, by: 'REGISTER', matched: undefined },
    ...{ firstSeen: NOW, lastSeen: NOW, count: 1, ...of },
  };
}
