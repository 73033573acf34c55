import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHours } from '../../../src/config/hours.ts';
import { quietUntil } from '../../../src/notify/quiet-hours.ts';

/** By the clock of the machine, whatever its zone. */
const at = (time: string) => new Date(`2026-11-20T${time}:00`).getTime();
const show = (time: number | undefined) =>
  time === undefined ? undefined : new Date(time).toTimeString().slice(0, 5);

describe('quiet hours', () => {
  test.each([
    ['22:00-07:00', '21:59', undefined],
    ['22:00-07:00', '22:00', '07:00'],
    ['22:00-07:00', '06:59', '07:00'],
    ['22:00-07:00', '07:00', undefined],
    ['12:30-14:00', '13:59', '14:00'],
    ['12:30-14:00', '12:29', undefined],
  ])('of %s at %s end at %s', (hours, now, end) => {
    expect(show(quietUntil(parseHours(hours), at(now)))).toBe(end);
  });

  test('always end within a day, and at the end it is not quiet', () => {
    const minutes = fc.integer({ min: 0, max: 1439 });
    const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(minutes, minutes, time, (from, to, now) => {
        fc.pre(from !== to);
        const end = quietUntil({ from, to }, now.getTime());
        if (end === undefined) return;
        expect(end).toBeGreaterThan(now.getTime());
        // The day that the clocks are set back has 25 hours.
        expect(end - now.getTime()).toBeLessThanOrEqual(25 * 3_600_000);
        expect(quietUntil({ from, to }, end)).toBeUndefined();
      }),
    );
  });
});

test.each(['', '22-7', '24:00-07:00', '22:00-07:60', '07:00-07:00', '22:00 - 07:00', '22:00-07:00x'])(
  '%j are no hours',
  (text) => {
    expect(parseHours(text)).toBeUndefined();
  },
);
