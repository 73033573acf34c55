import { expect, test } from 'vitest';
import type { ViolationView } from '../../../src/console/api/shapes.ts';
import { barsOf, sourcesOf } from '../../../src/console/model/picture.ts';
import { ago, callWords, deedWords, previewWords, reactionWords } from '../../../src/console/model/words.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');

test('a preview says how many would be in violation, and that their calls would be refused', () => {
  const preview = {
    changes: [],
    wouldViolate: [],
    wouldEnd: [],
    failed: [],
    counts: { changed: 40, wouldViolate: 37, wouldEnd: 1, failed: 0 },
    complete: true,
  };
  expect(previewWords(preview, 'enforce')).toBe(
    '40 extensions would change. 37 registered phones would be in violation now, and their calls refused. 1 violation would end.',
  );
});

test('a violation says what happened to its calls', () => {
  expect(callWords({ calls: 0, mode: 'enforce', dialled: null })).toBe('Registered, made no call');
  expect(callWords({ calls: 2, mode: 'enforce', dialled: '900' })).toBe('2 calls refused, last to 900');
  expect(callWords({ calls: 1, mode: 'monitor', dialled: null })).toBe('1 call passed (monitor)');
});

test('what was done by itself is told with how often', () => {
  const firstAt = '2026-03-10T11:00:00Z';
  expect(reactionWords({ kind: 'evicted', count: 1, firstAt }).times).toBe('');
  expect(reactionWords({ kind: 'evicted', count: 3, firstAt }).times).toMatch(/^, 3 times since /);
  expect(reactionWords({ kind: 'hung-up', count: 2, firstAt })).toEqual({
    ...{ what: 'Device Lock ended 2 calls of', times: '' },
  });
});

test('all that was done in one violation is one sentence, in the order in which it was done', () => {
  expect(deedWords([])).toBeUndefined();
  expect(
    deedWords([
      { kind: 'hung-up', count: 2 },
      { kind: 'restored', count: 3 },
      { kind: 'evicted', count: 3 },
    ]),
  ).toBe(
    'Device Lock removed the registration 3 times, put back the displaced phone, ended 2 calls in progress',
  );
});

test('times are told as a person would', () => {
  expect(ago('2026-03-10T11:59:50Z', NOW)).toBe('just now');
  expect(ago('2026-03-10T09:30:00Z', NOW)).toBe('2 h ago');
  expect(ago('2026-03-01T12:00:00Z', NOW)).toBe('9 d ago');
});

test('every violation is in one bar of the picture, and its source is counted', () => {
  const seen = [
    violation('2026-03-10T11:59:00Z', '203.0.113.1:5060'),
    violation('2026-03-02T01:00:00Z', '[2001:db8::1]:5060'),
    violation('2026-03-10T12:00:00Z', '203.0.113.1:6000'),
  ];
  const bars = barsOf(seen, NOW);
  expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(3);
  expect(bars.length).toBeLessThanOrEqual(30);
  expect(sourcesOf(seen)[0]).toEqual({ ip: '203.0.113.1', count: 2 });
});

function violation(lastSeen: string, address: string): ViolationView {
  const device = { userAgent: 'friendly-scanner', userAgentFault: null };
  const counts = { registers: 1, calls: 0, dialled: null, ended: null };
  const rest = {
    id: 1,
    extension: '1001',
    reason: 'wrong-device',
    by: [],
    mode: 'enforce' as const,
    firstSeen: lastSeen,
  };
  return { ...device, ...counts, ...rest, lastSeen, address };
}
