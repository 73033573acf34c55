import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  aorOfContact,
  checkGlobalName,
  checkValue,
  databasePath,
  isAorName,
} from '../../../../src/asterisk/ari/names.ts';

/** What ends an argument, a function or a variable of the dialplan, or begins another. */
const MEANS_SOMETHING = /[,(){}[\]"'\\$=|\s\p{Cc}]/u;

describe('names that may be sent', () => {
  test.each(['1001', '99-1001', 'alice.b@example.net', 'front_desk', '+4930123'])('the AOR %s', (name) => {
    expect(isAorName(name)).toBe(true);
  });

  test('the AOR of a registration, and none of a configured contact', () => {
    const md5 = '0123456789abcdef0123456789abcdef';
    expect(aorOfContact(`1001;@${md5}`)).toBe('1001');
    expect(aorOfContact(`trunk@@${md5}`)).toBeUndefined();
    expect(aorOfContact(`1001;@${md5}x`)).toBeUndefined();
  });

  test.each(['LOCK_MODE/1001', `PASS/1001/${'a'.repeat(40)}`, `contact/1001;@${'0'.repeat(32)}`])(
    'the AstDB key %s',
    (key) => {
      expect(databasePath('CUSTOMLOCK', key)).toBe(`CUSTOMLOCK/${key}`);
    },
  );

  test.each(['', '/a', 'a/', 'a//b', 'a,b', 'a)b', `\${x}`, 'a b', 'a\n', 'ü', 'x'.repeat(300)])(
    'not the AstDB key %j',
    (key) => {
      expect(() => databasePath('CUSTOMLOCK', key)).toThrow(/AstDB key/);
    },
  );

  test('nothing that passes means anything to the dialplan', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'aZ0_.+@~-:;/,(){}[]"\'\\$=| \t\n\0ü'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(text, (name) => {
        if (isAorName(name)) expect(name).not.toMatch(MEANS_SOMETHING);
        for (const check of [checkGlobalName, (key: string) => databasePath('F', key)]) {
          let passed: string;
          try {
            passed = check(name);
          } catch {
            continue;
          }
          expect(passed).not.toMatch(MEANS_SOMETHING);
        }
      }),
    );
  });

  test('a value is printable ASCII and not too long', () => {
    expect(checkValue('{"a": "b, c"}')).toBe('{"a": "b, c"}');
    for (const value of ['a\r\nb', 'a\0', 'ü', 'x'.repeat(2049)])
      expect(() => checkValue(value)).toThrow(/value/);
  });
});
