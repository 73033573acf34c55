/** A message gives its values back byte for byte, and takes whatever Asterisk and a stranger put into it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeAction } from '../../../../src/asterisk/ami/action.ts';
import { AmiMessage, MAX_LINE_BYTES } from '../../../../src/asterisk/ami/message.ts';

const parse = (text: string) => AmiMessage.parse(Buffer.from(text, 'latin1'));

test('names are found in any case, values keep their blanks and colons', () => {
  const message = parse('Event: ContactList\r\nUserAgent:  a: b : c  \r\nPath:\r\nUri:sip:x');
  expect(message?.event).toBe('ContactList');
  expect(message?.text('useragent')).toBe(' a: b : c  ');
  expect(message?.text('PATH')).toBe('');
  expect(message?.text('Uri')).toBe('sip:x');
  expect(message?.text('Absent')).toBeUndefined();
});

test('a value is bytes, and as text Latin-1 where it is not UTF-8', () => {
  const message = parse('Event: X\r\nGood: Gr\xc3\xbc\xc3\x9fe\r\nBad: Gr\xfc\xdfe');
  expect(message?.text('Good')).toBe('Grüße');
  expect(message?.text('Bad')).toBe('Grüße');
  expect(message?.bytes('Bad')).toEqual(Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]));
});

test('of a name that repeats the first value counts, and all can be had', () => {
  const message = parse('Response: Success\r\nOutput: one\r\nOutput: two: 2\r\noutput: ');
  expect(message?.text('Output')).toBe('one');
  expect(message?.all('Output').map(String)).toEqual(['one', 'two: 2', '']);
});

test('an answer is no event, even where it names one', () => {
  const message = parse('Response: Success\r\nEvent: Shutdown');
  expect(message?.response).toBe('Success');
  expect(message?.event).toBeUndefined();
});

test('a line that is too long spoils the message', () => {
  expect(parse(`Event: X\r\nA: ${'x'.repeat(MAX_LINE_BYTES)}`)).toBeUndefined();
  expect(parse(`Event: X\r\n${'x'.repeat(MAX_LINE_BYTES)}`)?.event).toBe('X');
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const message = AmiMessage.parse(Buffer.from(bytes));
      message?.text('Event');
      expect(message?.size).toBe(bytes.length);
    }),
  );
});

test('what an action says is read back the same', () => {
  const value = fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => !/^[\0- ]|[\r\n\0]/.test(text));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 10 }), (values) => {
      const bytes = encodeAction(
        'Test',
        values.map((text, n) => [`Field-${n}`, text]),
        'id-1',
      );
      const message = AmiMessage.parse(bytes.subarray(0, -4));
      expect(message?.text('ActionID')).toBe('id-1');
      expect(values.map((_, n) => message?.text(`Field-${n}`))).toEqual(values);
    }),
  );
});
