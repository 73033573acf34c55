/** Percentiles are near enough, at any count, in the same few bytes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram } from '../../../src/gate/histogram.ts';

test('nothing recorded is zero', () => {
  expect(new Histogram().percentile(0.99)).toBe(0);
});

test('a percentile is at most a tenth above the true one, and never below it', () => {
  const values = fc.array(fc.double({ min: 1, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.9, 0.99, 1), (given, share) => {
      const histogram = new Histogram();
      for (const value of given) histogram.record(value);
      const sorted = given.toSorted((a, b) => a - b);
      const truth = sorted[Math.ceil(share * given.length) - 1] ?? 0;
      expect(histogram.percentile(share)).toBeGreaterThanOrEqual(Math.floor(truth));
      expect(histogram.percentile(share)).toBeLessThanOrEqual(Math.ceil(truth * 1.1));
    }),
  );
});

test.each([0, -5, 0.2, Number.NaN])('%d microseconds count as one', (value) => {
  const histogram = new Histogram();
  histogram.record(value);
  expect(histogram.percentile(1)).toBe(1);
});

test('an absurd value counts as the longest', () => {
  const histogram = new Histogram();
  histogram.record(Number.POSITIVE_INFINITY);
  expect(histogram.percentile(0.5)).toBe(2 ** 26);
});

test('the recent past outweighs what was long ago', () => {
  const histogram = new Histogram();
  for (let i = 0; i < 200_000; i++) histogram.record(1000);
  for (let i = 0; i < 100_000; i++) histogram.record(10);
  expect(histogram.percentile(0.5)).toBeLessThan(20);
});
