/** What URIENCODE() wrote comes back to the byte; what it cannot have written is refused. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePercent, readable } from '../../../src/gate/percent.ts';

test.each([
  ['', ''],
  ['1001', '1001'],
  ["-_.!~*'()", "-_.!~*'()"],
  ['Yealink%20SIP-T46U', 'Yealink SIP-T46U'],
  ['%C3%A9%c3%a9', 'Ã©Ã©'],
  ['%00%0A%FF', '\0\n\xff'],
  ['%2541', '%41'],
])('%j is %j', (text, bytes) => {
  expect(decodePercent(text)).toBe(bytes);
});

test.each([
  ['a bare percent sign', '100%'],
  ['half a code', '%4'],
  ['a code that is no number', '%G1'],
  ['JavaScript’s own long form', '%u0041'],
  ['a space', 'a b'],
  ['a plus', 'a+b'],
  ['a comma', 'a,b'],
  ['a quote', 'a"b'],
  ['a line end', 'a\nb'],
  ['a byte above ASCII', 'a\xe9'],
  ['a character above bytes', 'a\u0141'],
])('%s was not written by URIENCODE()', (_, text) => {
  expect(decodePercent(text)).toBeUndefined();
});

test('any bytes that URIENCODE() encodes come back whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(decodePercent(uriEncode(bytes))).toBe(Buffer.from(bytes).toString('latin1'));
    }),
  );
});

test('any text is decoded where it is of that grammar, and only there', () => {
  const grammar = /^(?:[A-Za-z0-9\-_.!~*'()]|%[0-9A-Fa-f]{2})*$/;
  const unit = fc.oneof(
    fc.constantFrom('%', '4', 'f', 'F', 'g', '%2F', '~'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
      expect(decodePercent(text) !== undefined).toBe(grammar.test(text));
    }),
  );
});

test.each([
  ['a plain text', '1002', '1002'],
  ['UTF-8', 'M\xc3\xbcller', 'Müller'],
  ['broken UTF-8', 'M\xfcller\\', 'M\\xfcller\\x5c'],
  ['a line end', 'a\nb', 'a\\x0ab'],
  ['an escape sequence', '\x1b[2J', '\\x1b[2J'],
  ['a C1 control in UTF-8', 'a\xc2\x9bb', 'a\\xc2\\x9bb'],
  ['a mark that reverses the line', 'a\xe2\x80\xaeb', 'a\\xe2\\x80\\xaeb'],
])('%s is shown harmlessly', (_, bytes, shown) => {
  expect(readable(bytes, 100)).toBe(shown);
});

test('what is too long is cut, and says so', () => {
  expect(readable('123456', 5)).toBe('12345…');
  expect(readable('12345', 5)).toBe('12345');
});

test('whatever the bytes, nothing that moves a cursor or breaks a line is shown', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const shown = readable(Buffer.from(bytes).toString('latin1'), 64);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
      expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
      expect(shown.length).toBeLessThanOrEqual(64 * 4 + 1);
    }),
  );
});

/** As Asterisk's own does it. */
function uriEncode(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => {
      const char = String.fromCharCode(byte);
      const isUnreserved = /[A-Za-z0-9\-_.!~*'()]/.test(char);
      return isUnreserved ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
