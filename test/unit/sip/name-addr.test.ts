import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNameAddr, toNameAddr, toUri } from '../../sip/name-addr.ts';
import { parseParameters, quote, splitUnquoted, unquote } from '../../sip/quoted.ts';

/** Any characters that are one byte each. */
const anything = fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

const server = { host: '127.0.0.1', port: 5060 };

describe('a name-addr', () => {
  it.each([
    ['<sip:1001@a;transport=tcp>;tag=x', '', 'sip:1001@a;transport=tcp', 'x'],
    ['sip:1001@a;tag=x', '', 'sip:1001@a', 'x'],
    ['"Ann \\"A\\" <sip:no@b>" <sip:1001@a>;TAG=x', 'Ann "A" <sip:no@b>', 'sip:1001@a', 'x'],
    ['Ann Other <sip:1001@a>; tag = x', 'Ann Other', 'sip:1001@a', 'x'],
    ['<sip:1001@a>, <sip:1002@b>;tag=x', '', 'sip:1001@a', undefined],
    ['"a;tag=no" <sip:1001@a?b=c>;tag="q;r"', 'a;tag=no', 'sip:1001@a?b=c', 'q;r'],
    ['<tel:+49301234>', '', 'tel:+49301234', undefined],
  ])('reads %s', (text, display, uri, tag) => {
    const read = parseNameAddr(text);
    expect(read).toMatchObject({ display, uri });
    expect(read?.parameters.get('tag')).toBe(tag);
  });

  it('keeps the bytes of a display name in UTF-8', () => {
    const text = Buffer.from('Voilà <sip:1@a>').toString('latin1');
    expect(Buffer.from(parseNameAddr(text)?.display ?? '', 'latin1').toString()).toBe('Voilà');
  });

  it.each(['', '*', '<>', '<sip:a', 'sip:a b', '<sip:>', 'Ann <1001>'])('is not %j', (text) => {
    expect(parseNameAddr(text)).toBeUndefined();
  });

  it('is read or refused, and never throws', () => {
    const piece = fc.constantFrom('"', '\\', '<', '>', ';', ',', 'sip:a', 'tag=', ' ', '=');
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, anything)), (pieces) => {
        const read = parseNameAddr(pieces.join(''));
        if (read !== undefined) expect(read.uri).toMatch(/^[a-z]/i);
      }),
    );
  });

  it('is made of a number, a URI or itself', () => {
    expect(toUri('*97', server)).toBe('sip:*97@127.0.0.1:5060');
    expect(toUri('sip:1001@a', server)).toBe('sip:1001@a');
    expect(toNameAddr('1001', server)).toBe('<sip:1001@127.0.0.1:5060>');
    expect(toNameAddr('"Eve" <sip:9@a>', server)).toBe('"Eve" <sip:9@a>');
  });
});

describe('a quoted string', () => {
  it('stands for the text it was made of', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(unquote(quote(text))).toBe(text);
      }),
    );
  });

  it('hides separators', () => {
    const text = fc.string();
    fc.assert(
      fc.property(text, text, (a, b) => {
        const parts = splitUnquoted(`a=${quote(a)};b=${quote(b)}`, ';');
        expect(parts).toHaveLength(2);
        expect([...parseParameters(parts)]).toEqual([
          ['a', a],
          ['b', b],
        ]);
      }),
    );
  });

  it('hides them to the end where it is not closed', () => {
    expect(splitUnquoted('a="b;c', ';')).toEqual(['a="b;c']);
    expect(unquote('"')).toBe('"');
  });

  it('gives back what joined makes the whole', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(splitUnquoted(text, ',').join(',')).toBe(text);
      }),
    );
  });
});
