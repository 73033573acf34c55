import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endOf, secondsOf } from '../../../src/cli/duration.ts';

/** A Saturday. */
const NOW = new Date(2026, 10, 21, 7, 30).getTime();
const local = (...parts: [number, number, number, number, number, number]) => new Date(...parts).getTime();

test.each([
  ['90s', 90],
  ['15m', 900],
  [' 12H ', 43_200],
  ['2d', 172_800],
  ['1w', 604_800],
  ['0m', undefined],
  ['1.5h', undefined],
  ['2', undefined],
  ['-1d', undefined],
  ['12345678d', undefined],
])('%j lasts %s seconds', (text, seconds) => expect(secondsOf(text)).toBe(seconds));

test.each([
  ['friday', local(2026, 10, 27, 23, 59, 59)],
  ['Sat', local(2026, 10, 21, 23, 59, 59)],
  ['2026-11-27', local(2026, 10, 27, 23, 59, 59)],
  ['2026-11-27 18:00', local(2026, 10, 27, 18, 0, 0)],
  ['2026-11-27T18:00:00Z', Date.UTC(2026, 10, 27, 18)],
  ['2026-11-27T18:00:00+02:00', Date.UTC(2026, 10, 27, 16)],
  ['2026-11-31', undefined],
  ['2026-11-27 24:00', undefined],
  ['2026-13-01T00:00:00Z', undefined],
  ['fr', undefined],
  ['someday', undefined],
  ['', undefined],
])('%j ends then', (text, end) => expect(endOf(text, NOW)).toBe(end));

test('whatever is written, it is a time or none, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789-:T ZsmhdwFRI+') }), (text) => {
      const [seconds, end] = [secondsOf(text), endOf(text, NOW)];
      if (seconds !== undefined) expect(seconds).toBeGreaterThan(0);
      if (end !== undefined) expect(Number.isSafeInteger(end)).toBe(true);
    }),
  );
});
