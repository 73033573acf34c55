import { describe, expect, test } from 'vitest';
import { Incidents, SINGLY } from '../../../src/notify/incidents.ts';

const HOUR = 3_600_000;

describe('one incident', () => {
  test('is told once, and again only when it gets worse', () => {
    const incidents = new Incidents(HOUR);
    const see = (stage: 'registered' | 'called' | 'costly', now: number) =>
      incidents.see('1001', 'thief', stage, now)?.stage;
    expect(see('registered', 0)).toBe('registered');
    expect(see('registered', 1)).toBeUndefined();
    expect(see('called', 2)).toBe('called');
    expect(see('registered', 3)).toBeUndefined();
    expect(see('called', 4)).toBeUndefined();
    expect(see('costly', 5)).toBe('costly');
    expect(see('called', 6)).toBeUndefined();
  });

  test('stays one while its device keeps coming back, and is a new one after long silence', () => {
    const incidents = new Incidents(HOUR);
    expect(incidents.see('1001', 'thief', 'registered', 0)).toBeDefined();
    for (let now = 0; now <= 10 * HOUR; now += HOUR / 2) {
      expect(incidents.see('1001', 'thief', 'registered', now)).toBeUndefined();
    }
    expect(incidents.see('1001', 'thief', 'registered', 12 * HOUR)).toBeDefined();
  });

  test('is not told anew after a restart, unless it gets worse', () => {
    const incidents = new Incidents(HOUR);
    incidents.remember('1001', 'thief', 'registered', 0);
    expect(incidents.see('1001', 'thief', 'registered', 10)).toBeUndefined();
    expect(incidents.see('1001', 'thief', 'called', 20)).toBeDefined();
  });
});

describe('a device that changes its name with every REGISTER', () => {
  test('is told of a few times, then as many, then only when it gets worse', () => {
    const incidents = new Incidents(HOUR);
    const told = Array.from({ length: 1000 }, (_, n) =>
      incidents.see('1001', `thief ${n}`, 'registered', n),
    ).filter((news) => news !== undefined);
    expect(told).toHaveLength(SINGLY + 1);
    expect(told.map(({ isMany }) => isMany)).toEqual([false, false, false, false, false, true]);
    expect(incidents.see('1001', 'thief 5000', 'called', 2000)?.stage).toBe('called');
    expect(incidents.see('1001', 'thief 5001', 'called', 2001)).toBeUndefined();
  });

  test('does not hide what happens at another extension', () => {
    const incidents = new Incidents(HOUR);
    for (let n = 0; n < 20_000; n++) incidents.see('1001', `thief ${n}`, 'registered', n);
    expect(incidents.see('1002', 'thief', 'registered', 20_000)).toEqual({
      stage: 'registered',
      isMany: false,
    });
  });
});
