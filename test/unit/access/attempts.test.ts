import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Attempts, subjectOf } from '../../../src/access/attempts.ts';

let now = 1_000_000;
const make = () => new Attempts({ most: 3, every: 1000 }, () => now);

test('some tries come at once, then one now and then, and after a rest all again', () => {
  const attempts = make();
  const takes = (count: number) => Array.from({ length: count }, () => attempts.take('a'));
  expect(takes(5)).toEqual([0, 0, 0, 1000, 1000]);
  now += 400;
  expect(attempts.take('a')).toBe(600);
  now += 600;
  expect(takes(2)).toEqual([0, 1000]);
  now += 60_000;
  expect(takes(4)).toEqual([0, 0, 0, 1000]);
});

test('another subject is not affected, and a good try does not count', () => {
  const attempts = make();
  for (let i = 0; i < 50; i++) {
    expect(attempts.take('good')).toBe(0);
    attempts.giveBack('good');
  }
  for (let i = 0; i < 5; i++) attempts.take('bad');
  expect(attempts.take('good')).toBe(0);
});

test('in any stretch of time nobody gets more tries than the pace allows', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 }), (pauses) => {
      const attempts = make();
      const from = now;
      const granted = pauses.filter((pause) => {
        now += pause;
        return attempts.take('a') === 0;
      }).length;
      expect(granted).toBeLessThanOrEqual(3 + Math.floor((now - from) / 1000));
    }),
  );
});

test('ten thousand subjects do not fill the memory: who tried longest ago is forgotten', () => {
  const attempts = make();
  for (let i = 0; i < 3; i++) attempts.take('first');
  for (let i = 0; i < 10_000; i++) attempts.take(`other ${i}`);
  expect(attempts.take('first')).toBe(0);
  for (let i = 0; i < 2; i++) attempts.take('other 9999');
  expect(attempts.take('other 9999')).toBeGreaterThan(0);
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (ip, subject) => {
  expect(subjectOf(ip)).toBe(subject);
});

test('every IPv6 address counts as one of a network of 64 bits', () => {
  fc.assert(
    fc.property(
      fc.ipV6().filter((ip) => isIPv6(ip) && !ip.includes('.')),
      (ip) => {
        expect(subjectOf(ip)).toMatch(/^([0-9a-f]{1,4}:){3}[0-9a-f]{1,4}::\/64$/i);
      },
    ),
  );
});
