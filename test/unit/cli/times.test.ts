import { expect, test } from 'vitest';
import { bytes, duration, micros, shortTime, until } from '../../../src/cli/times.ts';

const NOW = new Date(2026, 10, 20, 14, 30, 5).getTime();
const at = (...parts: [number, number, number, number, number, number]) => new Date(...parts).toISOString();

test.each([
  [at(2026, 10, 20, 9, 5, 7), '09:05:07'],
  [at(2026, 10, 9, 23, 59, 0), ' 9 Nov 23:59'],
  [at(2025, 11, 31, 23, 59, 0), '2025-12-31'],
  [null, '-'],
])('the time of %s is %s', (iso, shown) => {
  expect(shortTime(iso, NOW)).toBe(shown);
});

test.each([
  [-5, '0 s'],
  [99_000, '99 s'],
  [120_000, '2 min'],
  [7_200_000, '2 h'],
  [5 * 86_400_000, '5 d'],
])('%d ms last %s', (ms, shown) => {
  expect(duration(ms)).toBe(shown);
});

test('amounts are short', () => {
  expect([bytes(999), bytes(1200), bytes(83_400_000_000)]).toEqual(['999 B', '1.2 kB', '83 GB']);
  expect([micros(null), micros(380.4), micros(1234)]).toEqual(['-', '380 µs', '1.2 ms']);
  expect([until(new Date(NOW + 60_000).toISOString(), NOW), until(new Date(NOW).toISOString(), NOW)]).toEqual(
    ['in 60 s', 'expired'],
  );
});
