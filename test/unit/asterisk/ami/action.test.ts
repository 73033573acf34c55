/** Nothing leaves that Asterisk would read as something else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeAction, MAX_ACTION_LINE_BYTES } from '../../../../src/asterisk/ami/action.ts';
import { AsteriskError } from '../../../../src/asterisk/port.ts';

test('an action is its lines and an empty one', () => {
  const bytes = encodeAction(
    'DBPut',
    [
      ['Family', 'F'],
      ['Key', 'a/b'],
      ['Val', 'x: "ü"'],
    ],
    'ab-1',
  );
  expect(bytes.toString()).toBe(
    'Action: DBPut\r\nActionID: ab-1\r\nFamily: F\r\nKey: a/b\r\nVal: x: "ü"\r\n\r\n',
  );
});

test.each([
  ['a line end', 'a\r\nAction: Originate'],
  ['a line feed', 'a\nb'],
  ['a carriage return', 'a\rb'],
  ['a NUL', 'a\0b'],
  ['a leading blank, which Asterisk drops', ' a'],
  ['a leading tab', '\ta'],
  ['more than a line of Asterisk holds', 'x'.repeat(MAX_ACTION_LINE_BYTES - 'Val: '.length + 1)],
  ['as much in UTF-8', 'ü'.repeat(MAX_ACTION_LINE_BYTES / 2)],
])('a value with %s is refused without being shown', (_, value) => {
  expect(() => encodeAction('DBPut', [['Val', value]], '1')).toThrow(AsteriskError);
  expect(() => encodeAction('DBPut', [['Val', value]], '1')).toThrow(/^the AMI field Val [a-zA-Z ,]+$/);
});

test('the longest line that Asterisk takes passes', () => {
  const value = 'x'.repeat(MAX_ACTION_LINE_BYTES - 'Val: '.length);
  expect(encodeAction('DBPut', [['Val', value]], '1').includes(value)).toBe(true);
});

test.each(['', 'A B', 'A:', 'A\r\nB', 'Ä'])('%j is no name of a field', (name) => {
  expect(() => encodeAction('DBPut', [[name, 'x']], '1')).toThrow(AsteriskError);
});

test('whatever the values, one action goes out or none', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
      let bytes: Buffer;
      try {
        bytes = encodeAction('Setvar', [[name, value]], '1');
      } catch (error) {
        expect(error).toBeInstanceOf(AsteriskError);
        return;
      }
      expect(bytes.indexOf('\r\n\r\n')).toBe(bytes.length - 4);
      expect(bytes.toString('latin1').split(/[\r\n]+/)).toHaveLength(4);
    }),
  );
});
