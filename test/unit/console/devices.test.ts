import { expect, test } from 'vitest';
import type { ExtensionView } from '../../../src/console/api/shapes.ts';
import { seenDevices, strangersFirst } from '../../../src/console/model/devices.ts';

const DESK = 'Yealink SIP-T46U 108.86.0.20';
const VIEW = {
  contacts: [
    { userAgent: DESK, userAgentFault: null, matches: true, address: '192.0.2.10:5060' },
    { userAgent: 'Odd', userAgentFault: 'control character', matches: false, address: null },
  ],
  sightings: [
    seen(DESK, true),
    seen('Zoiper 5', null),
    seen('friendly-scanner', false),
    { ...seen('', false), userAgent: null },
  ],
} as unknown as ExtensionView;

test('what could be locked to is offered once, what is registered first', () => {
  expect(seenDevices(VIEW).map(({ userAgent }) => userAgent)).toEqual([DESK, 'Zoiper 5', 'friendly-scanner']);
});

test('for a grant those come first that the lock refuses, and each says where it was', () => {
  const [first, second] = strangersFirst(VIEW);
  expect(first).toMatchObject({ userAgent: 'friendly-scanner' });
  expect(first?.seen).toMatch(/^Wrong device, seen .* from 203\.0\.113\.66:5060\.$/);
  expect(second).toEqual({ userAgent: DESK, seen: 'Registered now from 192.0.2.10:5060.' });
});

function seen(userAgent: string, matched: boolean | null) {
  const lastSeen = '2026-03-10T12:00:00.000Z';
  return { userAgent, userAgentFault: null, matched, address: '203.0.113.66:5060', lastSeen };
}
