import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNewerVersion } from '../../../src/domain/firmware-version.ts';

describe('a firmware version', () => {
  it.each([
    ['108.86.0.20', '108.86.0.90'],
    ['1.0.4.33', '1.0.4.138'],
    ['1.0.2.20', '1.2.14'],
    ['8.7.5.48', '10.1.64.14'],
    ['7.5.2', '7.5.2a'],
    ['7.5.6a', '7.5.6b'],
    ['7.5.6a', '7.6.2c'],
    ['1.3.5(004p_XU001)', '1.4.1(SR5)'],
    ['1.4.1(SR5)', '1.4.1(SR6)'],
    ['3.1.15(LS)', '3.1.16(LS)'],
    ['2.04g', '3.56p'],
    ['42.245.00.000.000', '42.258.00.000.000'],
    ['83.V2.23.0+build.f68eeed', '83.V2.62.0+build.c358757'],
    ['ce9.15.0.d97b604b745', 'ce9.15.1.0a7b604b745'],
    ['R6.14.0', 'R6.15.0'],
    ['1_4_0_0_57389', '1_4_0_0_57390'],
    ['11-1-0MSR3-9', '11-2-0MSR1-1'],
    ['1006e', '1104o'],
    ['2.5', '2.5.1'],
    ['2.9.9', '2.10.0'],
  ])('%s is followed by %s, and not the other way round', (older, newer) => {
    expect([isNewerVersion(newer, older), isNewerVersion(older, newer)]).toEqual([true, false]);
  });

  it.each([
    ['1.2.0', '1.2'],
    ['1.02', '1.2'],
    ['1.0-beta', '1.0-rc'],
    ['1.0', '1.0-beta'],
    ['83.V2.23.0+build.f68eeed', '83.V2.23.0+build.c358757'],
    ['9.15.0.d97b604b745', '9.15.0.e97b604b745'],
    ['4.9.8', '1006e'],
    ['7.6.1', '7.6.1(ES_RC01)'],
    ['V2.23', '2.23'],
  ])('%s and %s have no order', (one, other) => {
    expect([isNewerVersion(one, other), isNewerVersion(other, one)]).toEqual([false, false]);
  });

  const version = fc.oneof(
    fc.array(fc.nat(300), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.')),
    fc.string({ unit: fc.constantFrom(...'0123456789.abV_-+()'), maxLength: 20 }),
    fc.string({ maxLength: 80 }),
  );

  it('is never newer than itself, nor both newer and older than another', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isNewerVersion(a, a)).toBe(false);
        expect(isNewerVersion(a, b) && isNewerVersion(b, a)).toBe(false);
      }),
    );
  });

  it('of numbers alone counts as its parts do, one after the other', () => {
    const numbers = fc.array(fc.nat(300), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const first = a.findIndex((part, i) => part !== b[i]);
        const expected = first !== -1 && (a[first] ?? 0) > (b[first] ?? 0);
        expect(isNewerVersion(a.join('.'), b.join('.'))).toBe(expected);
      }),
    );
  });
});
