import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endIn, endsFrom, endWords, fieldOf, problemOf, shortEnd } from '../../../src/console/model/ends.ts';

const HOUR = 3_600_000;
const at = (text: string) => new Date(text).getTime();
const offered = (now: string) => endsFrom(at(now)).map(({ id, at: end }) => `${id} ${endWords(end)}`);

test('ends are offered as one speaks of them, in local time', () => {
  expect(offered('2026-11-25T09:00')).toEqual([
    'hours Wed 2026-11-25 13:00',
    'today Wed 2026-11-25 23:59',
    'tomorrow Thu 2026-11-26 23:59',
    'friday Fri 2026-11-27 23:59',
    'week Wed 2026-12-02 23:59',
    'month Fri 2026-12-25 23:59',
  ]);
});

test('no end is offered twice, and none that is over within the hour', () => {
  expect(offered('2026-11-26T09:00').some((end) => end.startsWith('friday'))).toBe(false);
  expect(offered('2026-11-27T23:30').map((end) => end.split(' ')[0])).toEqual([
    ...['hours', 'tomorrow', 'week', 'month'],
  ]);
});

test('whenever it is asked, every end that is offered can be one, and the first is never a day away', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2026-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
      (date) => {
        const now = date.getTime();
        const ends = endsFrom(now).map((end) => end.at);
        expect(ends.map((end) => problemOf(end, now))).toEqual(ends.map(() => undefined));
        expect(ends[0]).toBeLessThan(now + 24 * HOUR);
        expect(new Set(ends).size).toBe(ends.length);
      },
    ),
  );
});

test('what stands in the field is read as local time, and comes back as it was', () => {
  expect(fieldOf(endIn('2026-11-27T18:05') ?? 0)).toBe('2026-11-27T18:05');
  expect(endIn('')).toBeUndefined();
});

test('an end that cannot be one says why', () => {
  const now = at('2026-11-25T09:00');
  expect(problemOf(undefined, now)).toBe('Choose a day and a time.');
  expect(problemOf(now, now)).toBe('That is over already.');
  expect(problemOf(now + 367 * 24 * HOUR, now)).toBe('It can be a year at the most.');
});

test('where there is little room, an end is as short as it stays clear', () => {
  const now = at('2026-11-25T09:00');
  const short = (text: string) => shortEnd(new Date(text).toISOString(), now);
  expect(short('2026-11-25T23:59')).toBe('23:59');
  expect(short('2026-11-27T23:59')).toBe('Fri 23:59');
  expect(short('2026-12-02T23:59')).toBe('2026-12-02');
});
