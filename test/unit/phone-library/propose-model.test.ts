import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/domain/fault.ts';
import { findMac } from '../../../src/domain/identify-mac.ts';
import { compilePattern } from '../../../src/pattern/pattern.ts';
import { loadAttackTools } from '../../../src/phone-library/attack-tools.ts';
import { checkModel } from '../../../src/phone-library/library.ts';
import { type ProposedModel, proposeModel } from '../../../src/phone-library/propose-model.ts';
import { readAttackRows } from './attack-user-agents.ts';
import { readCorpus } from './corpus.ts';

const CORPUS = readCorpus();
const isAttackTool = await loadAttackTools();
/** Toll-fraud tools that send a real phone's: nothing can be told from those. */
const TOOLS = readAttackRows().flatMap(({ match, userAgent }) => (match === 'forged' ? [] : userAgent));
const NOTHING_SEEN = { seen: [], isTaken: () => false, isAttackTool };

function proposed(userAgent: string, seen: readonly string[] = []): ProposedModel | undefined {
  try {
    return proposeModel(userAgent, { ...NOTHING_SEEN, seen });
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

function testOf({ pattern }: ProposedModel): (text: string) => boolean {
  const test = compilePattern(pattern);
  if (typeof test !== 'function') throw new Error(`${pattern}: ${test.fault}`);
  return test;
}

describe('a model proposed from a real User-Agent', () => {
  const all = CORPUS.map((row) => ({ row, model: proposed(row.userAgent) }));

  it('could be saved as it is: anchored, matching its samples and none of its look-alikes', () => {
    for (const { model } of all) {
      if (model !== undefined) expect(checkModel({ ...model, kind: 'desk' }, []), model.id).toEqual([]);
    }
  });

  it('is there for every phone that says more than a bare name, but not for what scanners call themselves', () => {
    const without = all.filter(({ model }) => model === undefined).map(({ row }) => row.userAgent);
    expect(without.filter((userAgent) => /\d/.test(userAgent) && !isAttackTool(userAgent))).toEqual([]);
  });

  it("accepts no attack tool's", () => {
    for (const { model } of all) {
      if (model !== undefined) expect(TOOLS.filter(testOf(model)), model.pattern).toEqual([]);
    }
  });

  it('fits a unit with another MAC', () => {
    for (const { row, model } of all) {
      const mac = findMac(row.userAgent);
      if (model === undefined || mac === undefined) continue;
      const other = row.userAgent.slice(mac.start, mac.end).replace(/[0-9A-Fa-f]/g, 'b');
      const sibling = row.userAgent.slice(0, mac.start) + other + row.userAgent.slice(mac.end);
      expect(testOf(model)(sibling), sibling).toBe(true);
    }
  });

  it('fits a unit with another firmware', () => {
    for (const { row, model } of all) {
      const firmware = row.firmware?.split(' ')[0];
      const at = firmware === undefined ? -1 : row.userAgent.lastIndexOf(firmware);
      // Where the firmware is named like the model, nobody can tell which of the two it is.
      if (model === undefined || firmware === undefined || at <= row.userAgent.indexOf(row.model ?? ''))
        continue;
      const newer = firmware.replace(/\d+$/, (last) => String((Number(last) + 1) % 10 ** last.length));
      if (newer.length > 32) continue;
      const sibling = row.userAgent.slice(0, at) + newer + row.userAgent.slice(at + firmware.length);
      expect(testOf(model)(sibling), `${model.pattern} ${sibling}`).toBe(true);
    }
  });

  it('takes other phones that are seen as samples, and its maker’s others as look-alikes', () => {
    const seen = CORPUS.filter(({ vendor }) => vendor === 'Yealink' || vendor === 'Snom');
    const texts = seen.map(({ userAgent }) => userAgent);
    const model = proposed('Yealink SIP-T46U 108.86.0.20', texts);
    expect(model).toMatchObject({ id: 'yealink-sip-t46u', vendor: 'Yealink', model: 'SIP-T46U' });
    expect(model?.matches[0]).toBe('Yealink SIP-T46U 108.86.0.20');
    expect(model?.matches.every((text) => text.startsWith('Yealink SIP-T46U '))).toBe(true);
    expect(model?.rejects.slice(0, 4).every((text) => /yealink/i.test(text))).toBe(true);
    expect(model?.rejects).toContain('Yealink SIP-T46U 108.86.0.20 friendly-scanner');
  });
});

it.each(TOOLS)('none is proposed from what a scanner calls itself: %s', (userAgent) => {
  expect(() => proposeModel(userAgent, NOTHING_SEEN)).toThrow(Fault);
});

it('an id that is taken gets a number', () => {
  const ids = new Set(['yealink-sip-t46u', 'yealink-sip-t46u-2']);
  expect(
    proposeModel('Yealink SIP-T46U 108.86.0.20', { ...NOTHING_SEEN, isTaken: (id) => ids.has(id) }).id,
  ).toBe('yealink-sip-t46u-3');
});

it('whatever was sent: none, or one that could be saved and lets no scanner through', () => {
  const word = fc.constantFrom(
    'Yealink',
    '1.2.3',
    '0015655c6082',
    '-',
    '/',
    ' ',
    '(',
    '\\',
    '日本',
    'friendly',
    'x',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.array(word).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 5 }), (userAgent, seen) => {
      const model = proposed(userAgent, seen);
      if (model === undefined) return;
      const soundSeen = checkModel({ ...model, kind: 'desk' }, []).filter(
        ({ field }) => field !== 'matches' && field !== 'rejects',
      );
      expect(soundSeen).toEqual([]);
      expect(testOf(model)(userAgent)).toBe(true);
      expect(TOOLS.some(testOf(model))).toBe(false);
    }),
    { numRuns: 150 },
  );
});
