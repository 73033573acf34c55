/** Attempts to connect come soon at first, ever later then, never all at once. */
import { expect, test } from 'vitest';
import { reconnectDelay, refusedDelay } from '../../../../src/asterisk/ami/backoff.ts';
import { ManualTimers } from './timers.ts';

const LIMITS = { least: 50, first: 250, cap: 10_000 };

function delays(chance: number, failures: number[]): number[] {
  const timers = new ManualTimers();
  timers.chance = chance;
  return failures.map((count) => reconnectDelay(count, LIMITS, timers));
}

test('the ceiling doubles up to the cap', () => {
  expect(delays(0.999999, [0, 1, 2, 3, 4, 5, 6, 100, 5000])).toEqual([
    249, 499, 999, 1999, 3999, 7999, 9999, 9999, 9999,
  ]);
});

test('the jitter is full, but never no wait at all', () => {
  expect(delays(0.5, [0, 1, 6])).toEqual([125, 250, 5000]);
  expect(delays(0, [0, 1, 6])).toEqual([50, 50, 50]);
});

test('a refused login waits at least half the cap', () => {
  const timers = new ManualTimers();
  timers.chance = 0;
  expect(refusedDelay(LIMITS, timers)).toBe(5000);
  timers.chance = 0.999999;
  expect(refusedDelay(LIMITS, timers)).toBe(9999);
});
