import { beforeEach, expect, test } from 'vitest';
import { TryLimit } from '../../../src/operator/try-limit.ts';

const MINUTE = 60_000;
let now: number;
let limit: TryLimit;
beforeEach(() => {
  now = 0;
  limit = new TryLimit({ tries: 3, lockOutMs: 5 * MINUTE }, () => now);
});

/** How many of so many tries at once are let through. */
function letThrough(count: number, extension: string, address: (n: number) => string): number {
  return Array.from({ length: count }, (_, n) => limit.take(extension, address(n))).filter(Boolean).length;
}

test('an address gets its tries, and more only when the lock-out is over', () => {
  expect(letThrough(5, '1001', () => '192.0.2.1')).toBe(3);
  now = 5 * MINUTE - 1;
  expect(limit.take('1001', '192.0.2.1')).toBeUndefined();
  now++;
  expect(letThrough(5, '1001', () => '192.0.2.1')).toBe(3);
});

test('a locked-out address locks neither another out, nor itself at another extension', () => {
  letThrough(5, '1001', () => '192.0.2.1');
  expect(limit.take('1001', '192.0.2.2')).toBeDefined();
  expect(limit.take('1002', '192.0.2.1')).toBeDefined();
});

test('from however many addresses, an extension gets ten times as many in an hour', () => {
  expect(letThrough(100, '1001', String)).toBe(30);
  expect(limit.count('1001')).toBe(30);
  now = 60 * MINUTE;
  expect(limit.take('1001', 'x')).toBeDefined();
});

test('all extensions together get ten times as many as one', () => {
  let all = 0;
  for (let n = 0; n < 20; n++) all += letThrough(30, `10${n}`, String);
  expect(all).toBe(300);
});

test('a right code costs no try, and a new code of the operator begins anew', () => {
  for (let n = 0; n < 10; n++) limit.take('1001', 'a')?.();
  expect(limit.count('1001')).toBe(0);
  letThrough(100, '1001', String);
  limit.forget('1001');
  expect(limit.take('1001', '1')).toBeDefined();
});
