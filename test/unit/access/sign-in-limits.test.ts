import { expect, test } from 'vitest';
import { SignInLimits } from '../../../src/access/sign-in-limits.ts';

const [HOME, THIEF] = ['192.0.2.1', '203.0.113.66'];

function tries(limits: SignInLimits, name: string, address: string, count: number): number {
  return Array.from({ length: count }, () => limits.take(name, address)).filter((wait) => wait === 0).length;
}

test('a name has ten tries, from wherever they come, and an address twenty, for whomever', () => {
  const limits = new SignInLimits(() => 0);
  expect(tries(limits, 'alice', THIEF, 6) + tries(limits, 'alice', HOME, 6)).toBe(10);
  const others = new SignInLimits(() => 0);
  expect(Array.from({ length: 5 }, (_, i) => tries(others, `user ${i}`, THIEF, 6)).join()).toBe('6,6,6,2,0');
});

test('one who guesses elsewhere does not keep a user out who has signed in before', () => {
  const limits = new SignInLimits(() => 0);
  expect(limits.take('alice', HOME)).toBe(0);
  limits.succeeded('alice', HOME);
  expect(tries(limits, 'alice', THIEF, 100)).toBe(10);
  expect(limits.take('alice', HOME)).toBe(0);
  expect(tries(limits, 'alice', HOME, 100)).toBe(9);
});

test('good tries never end', () => {
  const limits = new SignInLimits(() => 0);
  for (let i = 0; i < 100; i++) {
    expect(limits.take('alice', HOME)).toBe(0);
    limits.succeeded('alice', HOME);
  }
});
