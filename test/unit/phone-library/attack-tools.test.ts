import { beforeAll, expect, test } from 'vitest';
import {
  type AttackToolTest,
  loadAttackTools,
  readAttackTools,
} from '../../../src/phone-library/attack-tools.ts';
import { readAttackRows } from './attack-user-agents.ts';
import { readCorpus } from './corpus.ts';

const ROWS = readAttackRows();
/** A maker's bare name says nothing either way, and nothing is known of a tool that forges a real phone's. */
const says = ({ match }: { readonly match: string }) => match !== 'bare' && match !== 'forged';

let isAttackTool: AttackToolTest;
beforeAll(async () => {
  isAttackTool = await loadAttackTools();
});

test('every line says how it is known, what it is and who published it, and no two are the same', () => {
  expect(
    ROWS.filter(({ match, userAgent, what, source }) => !(match && userAgent && what && source)),
  ).toEqual([]);
  expect(new Set(ROWS.map(({ userAgent }) => userAgent)).size).toBe(ROWS.length);
});

test('every tool of the published lists is known, in whatever case it is written', () => {
  const tools = ROWS.filter(says).map(({ userAgent }) => userAgent);
  expect(tools.length).toBeGreaterThan(30);
  expect(tools.filter((one) => !isAttackTool(one) || !isAttackTool(one.toUpperCase()))).toEqual([]);
});

test("no maker's bare name is taken for one, and none that is a real phone's", () => {
  const others = ROWS.filter((row) => !says(row)).map(({ userAgent }) => userAgent);
  expect(others).toContain('Yealink');
  expect(others.filter(isAttackTool)).toEqual([]);
});

test('no phone is taken for one', () => {
  const taken = readCorpus()
    .map(({ userAgent }) => userAgent)
    .filter(isAttackTool);
  expect(taken.filter((one) => !one.startsWith('PortSIP VoIP SDK'))).toEqual([]);
});

test('a line that is not understood is named', () => {
  expect(() => readAttackTools('match\tuser_agent\nexact\tsmap\nlike\tx\n')).toThrow(/line 3/);
});
