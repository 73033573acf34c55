import { expect, test } from 'vitest';
import { localTime, zoneOf } from '../../../src/domain/local-time.ts';

test('a time is written by the clock on the wall, to the second', () => {
  expect(localTime(new Date(2026, 0, 2, 3, 4, 5))).toBe('2026-01-02 03:04:05');
});

test.each([
  [0, '+0000'],
  [-60, '+0100'],
  [-345, '+0545'],
  [210, '-0330'],
  [720, '-1200'],
])('a zone %i minutes behind UTC is %s', (behind, zone) => {
  expect(zoneOf({ getTimezoneOffset: () => behind })).toBe(zone);
});
