import { beforeAll, expect, test } from 'vitest';
import {
  type AttackToolTest,
  loadAttackTools,
  readAttackTools,
} from '../../../src/phone-library/attack-tools.ts';
import { ATTACK_USER_AGENTS } from './attack-user-agents.ts';
import { readCorpus } from './corpus.ts';

/** A maker's bare name says nothing either way, and nothing is known of a tool that forges a real phone's. */
const SAYS_NOTHING = [
  'eyeBeam',
  'snom',
  'Cisco',
  'Cisco SIP',
  'Grandstream',
  'Yealink',
  'Polycom',
  'Linksys',
];
const FORGED = ['Avaya', 'Elite 1.0 Brcm Callctrl/1.5.1.0 MxSF/v.3.2.6.26'];

let isAttackTool: AttackToolTest;
beforeAll(async () => {
  isAttackTool = await loadAttackTools();
});

test('every tool of the published lists is known, in whatever case it is written', () => {
  const tools = ATTACK_USER_AGENTS.filter((one) => ![...SAYS_NOTHING, ...FORGED].includes(one));
  expect(tools.filter((one) => !isAttackTool(one) || !isAttackTool(one.toUpperCase()))).toEqual([]);
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
