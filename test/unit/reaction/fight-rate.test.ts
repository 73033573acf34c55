import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FightRate, OF_ALL, OF_ONE } from '../../../src/reaction/fight-rate.ts';

/** Asks as often as it may, each wait kept, and gives how often it was answered. */
function fight(rate: FightRate, extension: string, from: number, to: number, every = 1): number {
  let answers = 0;
  for (let now = from; now < to; ) {
    const wait = rate.take(extension, now);
    if (wait === 0) answers++;
    now += Math.max(wait, every);
  }
  return answers;
}

describe('a fight over one extension', () => {
  it('is answered at once twenty times a second for as long as it lasts', () => {
    expect(fight(new FightRate(), '1001', 0, 60_000, 50)).toBe(1200);
  });

  it('is bounded, however fast the thief is', () => {
    const answers = fight(new FightRate(), '1001', 0, 60_000);
    expect(answers).toBeLessThanOrEqual(OF_ONE.burst + 60 * OF_ONE.perSecond);
    expect(answers).toBeGreaterThan(60 * OF_ONE.perSecond * 0.8);
  });

  it('waits longer each time, and at once again after a quiet time', () => {
    const rate = new FightRate({ burst: 1, perSecond: 0.01 });
    const waits = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((now) => rate.take('1001', now));
    expect(waits).toEqual([0, 50, 100, 200, 400, 800, 1600, 2000, 2000]);
    expect(rate.take('1001', 200_000)).toBe(0);
    expect(rate.take('1001', 200_001)).toBe(50);
  });

  it('does not hold up another extension', () => {
    const rate = new FightRate();
    fight(rate, '1001', 0, 5000);
    expect(rate.take('1002', 5000)).toBe(0);
  });
});

it('is bounded for all extensions together', () => {
  const rate = new FightRate();
  let answers = 0;
  for (let n = 0; n < 10_000; n++) if (rate.take(`${n % 500}`, n / 10) === 0) answers++;
  expect(answers).toBeLessThanOrEqual(OF_ALL.burst + OF_ALL.perSecond);
});

it('gives nothing for a clock that jumps', () => {
  void assert(
    property(array(integer({ min: -10_000, max: 10 }), { maxLength: 300 }), (steps) => {
      const rate = new FightRate();
      let [now, answers, forward] = [1_000_000, 0, 0];
      for (const step of steps) {
        now += step;
        forward += Math.max(0, step);
        if (rate.take('1001', now) === 0) answers++;
      }
      expect(answers).toBeLessThanOrEqual(OF_ONE.burst + (forward / 1000) * OF_ONE.perSecond + 1);
    }),
  );
});
