import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partsOf, plainOf } from '../../../src/console/model/foreign-text.ts';

test('a character that would act on the reader is shown by its name', () => {
  expect(partsOf('a\u202Eb')).toEqual([
    { kind: 'text', text: 'a' },
    { kind: 'control', text: 'U+202E' },
    { kind: 'text', text: 'b' },
  ]);
});

test('a long text is cut, and says by how much', () => {
  expect(partsOf('x'.repeat(130), 120).at(-1)).toEqual({ kind: 'cut', text: '… 10 more' });
});

test('whatever was sent, nothing that acts is left and the length is bounded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(plainOf(text, 50)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(plainOf(text, 50).length).toBeLessThanOrEqual(50 * 8 + 20);
    }),
  );
});
