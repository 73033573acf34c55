import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMailAddress } from '../../../src/domain/mail-address.ts';

test.each([
  'user@example.com',
  'first.last+tag@mail.example.co',
  'root@pbx1',
  "o'hara@büro.example",
  `${'a'.repeat(64)}@example.com`,
])('%s is a mail address', (text) => {
  expect(isMailAddress(text)).toBe(true);
});

test.each([
  '',
  'user',
  '@example.com',
  'user@',
  'a@b@example.com',
  'user@example..com',
  'user@-example.com',
  '.user@example.com',
  'user.@example.com',
  'Alice <alice@example.com>',
  'a@example.com,b@example.com',
  'a@example.com;b@example.com',
  '"a b"@example.com',
  'a@[192.0.2.1]',
  'a@example.com\r\nBcc: b@example.com',
  'a@example.com\n',
  'a\0@example.com',
  'a@exam\u202eple.com',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b'.repeat(60)}.${'b'.repeat(60)}.${'b'.repeat(60)}.${'b'.repeat(60)}.${'b'.repeat(60)}.com`,
])('%j is none', (text) => {
  expect(isMailAddress(text)).toBe(false);
});

test('nothing that could end a header, begin a list or hide is in an address, wherever it is put', () => {
  const evil = fc.constantFrom(
    ...[...'\r\n\t\0\x1b\x7f\u2028\u202e\u200b\u00ad\u00a0'],
    ...[...' ,;:<>()[]\\"@'],
  );
  const good = 'first.last@mail.example.com';
  fc.assert(
    fc.property(fc.nat(good.length), evil, (at, character) => {
      expect(isMailAddress(good.slice(0, at) + character + good.slice(at))).toBe(false);
    }),
  );
});
