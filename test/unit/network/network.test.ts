import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileNetworks, namesIn } from '../../../src/network/allowed.ts';
import { faultOfNetwork, parseNetwork } from '../../../src/network/network.ts';

const none = () => undefined;

describe('a place an operator names', () => {
  it.each([
    '192.0.2.0/24',
    '192.0.2.7',
    '0.0.0.0/0',
    '2001:db8::/32',
    '2001:db8::1',
    '::ffff:192.0.2.0/120',
    'private',
    'public',
    'office.example',
    'home-7.dyn.example.',
    'xn--bro-hoa.example',
  ])('may be %s', (text) => {
    expect(faultOfNetwork(text)).toBeUndefined();
  });

  it.each([
    ['', /1 to 80/],
    ['192.0.2.0/33', /0 to 32/],
    ['192.0.2.0/', /0 to 32/],
    ['2001:db8::/129', /0 to 128/],
    ['192.0.2', /neither/],
    ['192.0.2.1:5060', /neither/],
    ['a b.example', /neither/],
    ['-a.example', /neither/],
    [`${'a'.repeat(64)}.example`, /neither/],
    ['büro.example', /neither/],
    ['$(reboot).example', /neither/],
    ['office.example/24', /no address/],
    ['fe80::1%eth0', /zone/],
    ['192.0.2.7/24', /192\.0\.2\.7 for it alone, or 192\.0\.2\.0\/24/],
    ['2001:db8::7/32', /2001:db8::\/32/],
    ['::7/96', /or ::\/96/],
  ])('cannot be %j, and why is said', (text, why) => {
    expect(faultOfNetwork(text)).toMatch(why);
  });

  it('is the same name in any case and with the dot at its end', () => {
    expect(namesIn(['Office.Example.', 'private', '192.0.2.0/24'])).toEqual(['office.example']);
  });

  it('is read whatever it is, without an exception', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef.:/%x') }),
      fc
        .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 130 }))
        .map((both) => both.join('/')),
    );
    fc.assert(
      fc.property(text, (one) => {
        const network = parseNetwork(one);
        const proposed = typeof network === 'string' ? /, or (\S+)$/.exec(network)?.[1] : undefined;
        if (proposed !== undefined) expect(faultOfNetwork(proposed)).toBeUndefined();
      }),
    );
  });
});

describe('what is allowed', () => {
  const within = (networks: string[], ip: string) => compileNetworks(networks, none)?.(ip);

  it('is anywhere where nothing is named', () => {
    expect(compileNetworks([], none)).toBeUndefined();
    expect(compileNetworks(['no such thing'], none)).toBeUndefined();
  });

  it.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.0/24', '::ffff:192.0.2.9', true],
    ['::ffff:192.0.2.0/120', '192.0.2.9', true],
    ['::ffff:192.0.2.0/120', '::ffff:c000:209', true],
    ['::ffff:192.0.2.0/120', '192.0.3.9', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '192.0.2.9', false],
    ['::/0', '::ffff:192.0.2.9', false],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['0.0.0.0/0', '::ffff:192.0.2.9', true],
    ['192.0.2.9', '192.0.2.9', true],
    ['192.0.2.9', '192.0.2.8', false],
    ['2001:db8::/32', '2001:DB8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['0.0.0.0/0', 'not an address', false],
  ])('%s and %s: %s', (network, ip, expected) => {
    expect(within([network], ip)).toBe(expected);
  });

  it.each([
    ['10.1.2.3', true, false],
    ['172.31.255.1', true, false],
    ['172.32.0.1', false, true],
    ['192.168.178.20', true, false],
    ['fd00::5', true, false],
    ['fe80::5', true, false],
    ['100.64.0.1', false, false],
    ['127.0.0.1', false, false],
    ['::1', false, false],
    ['224.0.0.1', false, false],
    ['8.8.8.8', false, true],
    ['2001:db8::1', false, true],
    ['::ffff:10.0.0.1', true, false],
    ['nonsense', false, false],
  ])('%s is private: %s, public: %s', (ip, isPrivate, isPublic) => {
    expect([within(['private'], ip), within(['public'], ip)]).toEqual([isPrivate, isPublic]);
  });

  it('is what a name stands for, beside the ranges', () => {
    const test = compileNetworks(['office.example', '10.0.0.0/8'], () => ['203.0.113.5', '2001:db8::5']);
    const found = ['203.0.113.5', '2001:db8::5', '10.9.9.9', '203.0.113.6'].map((ip) => test?.(ip));
    expect(found).toEqual([true, true, true, false]);
  });

  it('is anywhere while a name was never looked up: a failing DNS silences nobody', () => {
    expect(compileNetworks(['office.example', '10.0.0.0/8'], none)).toBeUndefined();
  });

  it('is what shares the first bits with the network, and nothing else', () => {
    const bits = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    const ipV4 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const show = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
    fc.assert(
      fc.property(ipV4, fc.integer({ min: 1, max: 32 }), ipV4, (base, prefix, other) => {
        const size = 2 ** (32 - prefix);
        const first = Math.floor(base / size) * size;
        expect(isIP(show(first))).toBe(4);
        const near = show((first + (other % (2 * size))) % 2 ** 32);
        expect(within([`${show(first)}/${prefix}`], near)).toBe(
          Math.floor(bits(near) / size) * size === first,
        );
      }),
    );
  });
});
