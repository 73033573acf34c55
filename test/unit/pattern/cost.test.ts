import { describe, expect, it } from 'vitest';
import { size, steps } from '../../../src/pattern/cost.ts';
import { readShape, type Shape } from '../../../src/pattern/syntax.ts';

function shapeOf(source: string): Shape {
  const shape = readShape(source);
  if ('fault' in shape) throw new Error(shape.fault);
  return shape;
}

const stepsOf = (source: string): number => steps(shapeOf(source));

describe('the work a pattern can be made to do', () => {
  it('is one step a character where it is anchored and of one length', () => {
    expect(stepsOf('^snom370$')).toBe(9);
    expect(stepsOf('\\Asnom')).toBe(5);
    expect(stepsOf('(?i)^snom')).toBe(6);
  });

  it('is that at each of 513 positions where it is not anchored', () => {
    expect(stepsOf('snom')).toBe(4 * 513);
    expect(stepsOf('^snom|Snom')).toBe(stepsOf('Snom|^snom'));
    expect(stepsOf('(?:^snom|^Snom)x')).toBeLessThan(30);
  });

  it('grows with how many lengths what stands before can have', () => {
    expect(stepsOf('^a{0,3}b')).toBeGreaterThan(stepsOf('^a{3}b'));
    expect(stepsOf('^a*bcd') - stepsOf('^a*bc')).toBe(513);
    expect(stepsOf('^(?:a|bcd)efgh')).toBeGreaterThan(stepsOf('^(?:ab|cd)efgh'));
  });

  it.each([
    'a|b|c',
    '(?:a|b|c)',
    '[abc]',
    'a?',
    'a+?',
    'a{2}',
    'a{2,3}?',
    '\\d',
    '\\pL',
    '\\p{Greek}',
    '\\x{41}',
    '[[:alpha:]]',
    '[]a]',
  ])('counts %s as the engine reads it', (source) => {
    expect(size(shapeOf(source))).toBeLessThanOrEqual(6);
  });

  it('a repeat counts as often as it is written out', () => {
    expect(size(shapeOf('a{20}'))).toBe(20 * 2);
    expect(size(shapeOf('(?:a{4}){5}'))).toBe(5 * (8 + 1));
    expect(size(shapeOf('a{3,}'))).toBe(size(shapeOf('a{3}')));
  });
});
