import { describe, expect, it } from 'vitest';
import type { PhoneModel } from '../../../src/domain/phone-model.ts';
import { checkModel } from '../../../src/phone-library/library.ts';

const sound: PhoneModel = {
  id: 'acme-desk',
  vendor: 'Acme',
  model: 'Desk',
  kind: 'desk',
  pattern: '^Acme D\\d{2} \\d(?:\\.\\d){1,3}$',
  matches: ['Acme D10 1.2', 'Acme D20 1.2.3.4'],
  rejects: ['Acme D10', 'acme D10 1.2'],
};

const neighbour: PhoneModel = {
  ...sound,
  id: 'acme-soft',
  kind: 'soft',
  pattern: '^Acme Soft \\d\\.\\d$',
  matches: ['Acme Soft 1.2'],
  rejects: [],
};

function faultsOf(change: Partial<PhoneModel>, others: readonly PhoneModel[] = [neighbour]): string[] {
  return checkModel({ ...sound, ...change }, others).map(({ field, fault }) => `${field}: ${fault}`);
}

describe('a phone model is checked before it counts', () => {
  it('a sound one has no fault', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it.each(['', 'A', 'acme_desk', 'Acme', '-acme', 'a', 'x'.repeat(41), 'acme desk'])('id %j', (id) => {
    expect(faultsOf({ id })).toEqual(['id: not a valid id']);
  });

  it('an id that another model has', () => {
    expect(faultsOf({ id: 'acme-soft' })).toEqual(['id: another model has this id']);
  });

  it.each(['', ' Acme', 'Acme ', 'Ac\nme', 'Ac\u0000me', 'x'.repeat(65)])('vendor %j', (vendor) => {
    expect(faultsOf({ vendor })).toEqual(['vendor: not a valid name']);
  });

  it('a kind nobody knows', () => {
    expect(faultsOf({ kind: 'fridge' as PhoneModel['kind'] })).toEqual(['kind: not a known kind']);
  });

  it.each(['^Acme (?=D)', '^Acme [$', ''])('a pattern that does not compile: %j', (pattern) => {
    expect(faultsOf({ pattern })).toHaveLength(1);
    expect(faultsOf({ pattern })[0]).toMatch(/^pattern: /);
  });

  it.each([
    'Acme D\\d{2} \\d(?:\\.\\d){1,3}$',
    '^Acme D\\d{2} \\d(?:\\.\\d){1,3}',
    '^Acme D10 1\\.2|Acme D20 1\\.2\\.3\\.4$',
    '^Acme D\\d{2} \\d(?:\\.\\d){1,3}\\$',
    '(?:^Acme D\\d{2} \\d(?:\\.\\d){1,3}$)',
    '^Acme D\\d{2} .*$',
  ])('a pattern that is not anchored at both ends, or open to anything: %s', (pattern) => {
    expect(faultsOf({ pattern, rejects: [] })).toEqual(['pattern: the pattern is not anchored at both ends']);
  });

  it('alternatives in a group are anchored by what is around it', () => {
    expect(faultsOf({ pattern: '^(?:Acme D10 1\\.2|Acme D20 1\\.2\\.3\\.4)$' })).toEqual([]);
    expect(faultsOf({ pattern: '^Acme D[12|]0 1\\.2(?:\\.3\\.4)?$' })).toEqual([]);
  });

  it('no sample at all', () => {
    expect(faultsOf({ matches: [] })).toEqual(['matches: no sample']);
  });

  it('a sample that the pattern does not match', () => {
    expect(faultsOf({ matches: ['Acme D10 1.2', 'Acme E10 1.2'] })).toEqual([
      'matches: the pattern does not match "Acme E10 1.2"',
    ]);
  });

  it('a look-alike that the pattern matches', () => {
    expect(faultsOf({ rejects: ['Acme D30 1.2'] })).toEqual(['rejects: the pattern matches "Acme D30 1.2"']);
  });

  it.each(['', 'Acme\nD10', 'x'.repeat(513)])('a sample that is no well-formed User-Agent: %j', (sample) => {
    expect(faultsOf({ rejects: [sample] })[0]).toMatch(/^rejects: ".*" is not a well-formed User-Agent$/);
  });

  it('a control character in a sample is shown harmlessly', () => {
    expect(faultsOf({ rejects: ['Acme\u001b[2J'] })[0]).not.toContain('\u001b');
  });

  it('a sample that another model claims', () => {
    const wide = { ...neighbour, pattern: '^Acme (?:Soft|D10) \\d\\.\\d$' };
    expect(faultsOf({}, [wide])).toEqual(['matches: "Acme D10 1.2" also matches the model acme-soft']);
  });

  it("a pattern that claims another model's sample", () => {
    expect(faultsOf({ pattern: '^Acme (?:Soft|D\\d{2}) \\d(?:\\.\\d){1,3}$' })).toEqual([
      'pattern: the pattern matches "Acme Soft 1.2", which belongs to the model acme-soft',
    ]);
  });

  it('too many samples', () => {
    const matches = Array.from({ length: 33 }, (_, index) => `Acme D${index + 10} 1.2`);
    expect(faultsOf({ matches })).toEqual(['matches: more than 32 samples']);
  });

  it('every fault is told, each with what to do', () => {
    const faults = checkModel({ ...sound, id: 'X', vendor: '', rejects: ['Acme D30 1.2'] }, []);
    expect(faults.map((fault) => fault.field)).toEqual(['id', 'vendor', 'rejects']);
    expect(faults.every((fault) => fault.hint !== '')).toBe(true);
  });
});
