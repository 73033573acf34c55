import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { cut, fill, widthOf, wrap } from '../../../src/cli/columns.ts';
import { harmless, harmlessJson } from '../../../src/cli/harmless.ts';

test.each([
  ['plain text, ünïcode 東京', 'plain text, ünïcode 東京'],
  ['a\u001b[31mb', 'a\\u{1b}[31mb'],
  ['line\nbreak\ttab', 'line\\u{a}break\\u{9}tab'],
  ['\u202eright to left', '\\u{202e}right to left'],
  ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
  ['soft\u00adhyphen', 'soft\\u{ad}hyphen'],
  ['no\u00a0break', 'no\\u{a0}break'],
  ['blank\u2800\u3164', 'blank\\u{2800}\\u{3164}'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
  ['half \ud800 pair', 'half \\u{d800} pair'],
  ['z\u0300\u0301\u0302\u0303algo', 'z\u0300\u0301\\u{302}\\u{303}algo'],
])('%j is shown as %j', (text, shown) => {
  expect(harmless(text)).toBe(shown);
});

const anyText = fc.string({ unit: 'binary', maxLength: 40 });

test('no text keeps a control, format or separator character', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(harmless(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(harmless(harmless(text))).toBe(harmless(text));
    }),
  );
});

test('JSON made harmless says the same', () => {
  fc.assert(
    fc.property(fc.dictionary(anyText, fc.oneof(anyText, fc.integer())), (value) => {
      const text = harmlessJson(value, 2);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('what is cut or filled has exactly the width, however wide its characters are', () => {
  fc.assert(
    fc.property(anyText.map(harmless), fc.integer({ min: 1, max: 30 }), (text, width) => {
      expect(stringWidth(cut(text, width))).toBeLessThanOrEqual(width);
      expect(stringWidth(fill(text, width))).toBe(width);
    }),
  );
});

test('wrapped lines fit, and nothing but spaces is lost', () => {
  fc.assert(
    fc.property(anyText.map(harmless), fc.integer({ min: 2, max: 30 }), (text, width) => {
      const lines = wrap(text, width);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
  );
});
