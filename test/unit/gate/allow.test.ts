/** Who may ask the gate: by address, before a byte is read. */
import { expect, test } from 'vitest';
import { allowList, DEFAULT_ALLOW, GateAllowError } from '../../../src/gate/allow.ts';
import { call, closed, ended, hear, open, startGate, until } from './asterisk-side.ts';

test.each([
  [DEFAULT_ALLOW, '127.0.0.1', true],
  [DEFAULT_ALLOW, '::1', true],
  [DEFAULT_ALLOW, '::ffff:127.0.0.1', true],
  [DEFAULT_ALLOW, '192.0.2.1', false],
  [['192.0.2.0/24'], '192.0.2.255', true],
  [['192.0.2.0/24'], '192.0.3.0', false],
  [['192.0.2.0/24'], '127.0.0.1', false],
  [['2001:db8::/32'], '2001:db8::7', true],
  [['2001:db8::/32'], '2001:db9::7', false],
  [['0.0.0.0/0'], '203.0.113.9', true],
  [[], '127.0.0.1', false],
])('with allow = %j, %s may ask: %j', (entries, address, expected) => {
  expect(allowList(entries).allows(address)).toBe(expected);
});

test('a peer that is gone already may not ask', () => {
  expect(allowList(['0.0.0.0/0']).allows(undefined)).toBe(false);
});

test.each([
  'pbx.example',
  '192.0.2.1/33',
  '192.0.2.1/',
  '192.0.2.1/24/1',
  '192.0.2.1/-1',
  '2001:db8::/129',
  '',
])('the entry %j is refused, saying which it is', (entry) => {
  expect(() => allowList(['127.0.0.1', entry])).toThrow(GateAllowError);
  expect(() => allowList(['127.0.0.1', entry])).toThrow('entry 2');
});

test('an address that may not ask hears nothing and is told of; one that may is answered', async () => {
  await using closedGate = await startGate({ allow: ['192.0.2.10'] });
  const socket = await open(closedGate.port);
  const heard = hear(socket);
  await Promise.race([closed(socket), ended(socket)]);
  expect(heard()).toBe('');
  await until(() => closedGate.codes().includes('not-allowed'));
  expect(closedGate.gate.connections).toBe(0);

  await using openGate = await startGate({ allow: ['127.0.0.1'] });
  expect(await call(openGate.port)).toContain('allow');
});
