import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PatternFault, TextTest } from '../../../src/domain/matcher.ts';
import { compilePattern, MAX_PATTERN_CHARACTERS } from '../../../src/pattern/pattern.ts';

function compiled(source: string): TextTest {
  const test = compilePattern(source);
  if (typeof test !== 'function') throw new Error(`${source}: ${test.fault}`);
  return test;
}

function refused(source: string): PatternFault {
  const fault = compilePattern(source);
  if (typeof fault === 'function') throw new Error(`${source} was accepted`);
  return fault;
}

describe('constructs that cannot run in linear time are refused by name', () => {
  it.each([
    ['^(?=Yealink)', 'look-ahead (?=…)'],
    ['^Yealink(?! SIP-T19)', 'look-ahead (?!…)'],
    ['(?<=Cisco/)SPA', 'look-behind (?<=…)'],
    ['(?<!Fake)snom', 'look-behind (?<!…)'],
    ['(?>Yealink)', 'atomic group (?>…)'],
    ['(snom)\\1', 'back-reference \\1'],
    ['(?<a>snom)\\k<a>', 'back-reference \\k'],
    ['(?P<a>snom)(?P=a)', 'back-reference (?P=…)'],
    ['snom\\d++', 'possessive repeat ++'],
    ['snom\\d*+', 'possessive repeat *+'],
    ['snom\\d?+', 'possessive repeat ?+'],
    ['snom\\d{3}+', 'possessive repeat {3}+'],
    ['(?R)snom', 'recursion (?R…)'],
    ['(a)?(?(1)b|c)', 'condition (?(…)'],
    ['(?|snom|Snom)', 'branch reset (?|…)'],
    ['snom(?#the old ones)', 'comment (?#…)'],
  ])('%s', (source, name) => {
    const { fault, hint } = refused(source);
    expect(fault).toContain(name);
    expect(hint).not.toBe('');
  });

  it.each(['[(?=]snom', '\\(?=snom', '\\Q(?=a)\\1\\E', 'snom\\\\1', '[*+]+snom', 'sno[m+]+'])(
    'but not where the same characters mean themselves: %s',
    (source) => {
      expect(compilePattern(source)).toBeTypeOf('function');
    },
  );
});

describe('limits', () => {
  it('a pattern has at most 256 characters', () => {
    expect(compiled(`^${'x'.repeat(MAX_PATTERN_CHARACTERS - 1)}`)).toBeTypeOf('function');
    expect(refused(`^${'x'.repeat(MAX_PATTERN_CHARACTERS)}`).fault).toContain('257 characters');
  });

  it.each(['snom{65}', 'snom{0,65}', 'snom{65,}', 'sno(?:m{2}){100}'])(
    'no repeat is larger than 64: %s',
    (source) => {
      expect(refused(source).fault).toContain('larger than 64');
    },
  );

  it.each(['^snom(?:x{60}){60}', '^(?:(?:(?:x{16}){16}){16})$', `^${'\\d{60}'.repeat(12)}$`])(
    'repeats within repeats do not get around it: %s',
    (source) => {
      expect(refused(source).fault).toContain('too large');
    },
  );

  it.each(['(?:.{0,64})!$', `[ab]${'.'.repeat(120)}Q`, '\\w{10,40}x{10,40}y'])(
    'what a hostile text could keep busy is refused, with the way out: %s',
    (source) => {
      const { fault, hint } = refused(source);
      expect(fault).toContain('busy');
      expect(hint).toContain('^');
    },
  );

  it('a text longer than any User-Agent matches nothing', () => {
    const test = compiled('snom');
    expect(test(`snom${'x'.repeat(508)}`)).toBe(true);
    expect(test(`snom${'x'.repeat(509)}`)).toBe(false);
  });
});

describe('patterns that tell nothing apart are refused', () => {
  it.each(['.*', 'a*', '^', '$', '^$', '(?:)', '(?i)', 'snom|', 'x{0,3}', '\\Q\\E'])(
    'matches the empty text: %s',
    (source) => {
      expect(refused(source).fault).toContain('empty text');
    },
  );

  it.each(['.', '.+', '\\w', '[a-z]', '^.{1,64}', '(?s).', '[^x]', '\\b'])(
    'matches every User-Agent: %s',
    (source) => {
      expect(refused(source).fault).toContain('every User-Agent');
    },
  );

  it('nothing at all', () => {
    expect(refused('').fault).toContain('empty');
  });
});

describe('mistakes of syntax are explained', () => {
  it.each(['snom[', '(snom', 'snom)', '*snom', 'snom**', 'snom\\', '(?P<a', '\\Csnom', '[z-a]'])(
    '%s',
    (source) => {
      const { fault, hint } = refused(source);
      expect(fault).toContain('not a valid pattern');
      expect(hint).toContain('RE2');
    },
  );
});

describe('what a pattern matches', () => {
  it('it is searched: anchored only where it says so', () => {
    expect(compiled('SPA\\d+')('Cisco/SPA504G-7.5.2')).toBe(true);
    expect(compiled('^SPA\\d+')('Cisco/SPA504G-7.5.2')).toBe(false);
  });

  it('case counts, unless (?i) is there', () => {
    expect(compiled('yealink')('Yealink SIP-T46U')).toBe(false);
    expect(compiled('(?i)yealink')('Yealink SIP-T46U')).toBe(true);
  });

  it('named groups and quoted text are taken', () => {
    expect(compiled('^(?P<vendor>Yealink) ')('Yealink SIP-T46U')).toBe(true);
    expect(compiled('^\\QSIP.js/\\E\\d')('SIP.js/0.20.0')).toBe(true);
    expect(compiled('^\\QSIP.js/\\E\\d')('SIPxjs/0.20.0')).toBe(false);
  });

  it('a repeat after quoted text repeats its last character', () => {
    expect(compiled('^\\Qab\\E{2}$')('abb')).toBe(true);
  });

  it('$ is the end of the text, not of a line', () => {
    expect(compiled('snom$')('snom\n')).toBe(false);
  });

  it('one test can be asked again and again', () => {
    const test = compiled('^snom\\d{3}');
    expect([test('snom370/8.7'), test('x'), test('snom370/8.7')]).toEqual([true, false, true]);
  });
});

describe('whatever an operator writes', () => {
  const piece = fc.constantFrom(
    ...'()[]{}|*+?^$\\.<>=!:#PQEkdb1,2-a ',
    '(?',
    '{2}',
    '\\Q',
    '\\E',
    '(?i)',
    'é',
    '\u{1f4de}',
  );
  const source = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

  it('gets a test or a fault, never an exception', () => {
    fc.assert(
      fc.property(fc.oneof(source, fc.string()), (text) => {
        const test = compilePattern(text);
        if (typeof test === 'function') expect(test('Yealink SIP-T46U 108.86.0.20')).toBeTypeOf('boolean');
        else expect(test.hint).not.toBe('');
      }),
      { numRuns: 1000 },
    );
  });

  it('a literal text between ^\\Q and \\E$ matches itself alone', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 100 }),
        fc.string({ maxLength: 20 }),
        (text, other) => {
          fc.pre(!text.includes('\\'));
          const test = compiled(`^\\Q${text}\\E$`);
          expect(test(text)).toBe(true);
          expect(test(text + other)).toBe(other === '');
        },
      ),
    );
  });
});
