/** The FreePBX module's PHP under the versions that FreePBX 16 and 17 have. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import type { PhpVersion } from '../lab/cache.ts';
import { Php } from '../lab/php.ts';

const CHECKS = ['splice', 'settings', 'gate-check', 'notices'];

describe.each<PhpVersion>(['7.4', '8.2'])('under PHP %s', (version) => {
  let php: Php;
  beforeAll(async () => {
    php = await Php.open(version);
  });
  afterAll(() => php?.[Symbol.asyncDispose]());

  test('every file of the module can be read', async () => {
    const files = await php.filesOf('dialplan/freepbx');
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) await php.lint(file);
  });

  test('it takes the gates and numbers that the configuration takes, and no others', async () => {
    const gates = [...sample('0129.:[]af'), ...GATES];
    const numbers = [...sample('09*#+_XZN[-]'), ...NUMBERS];
    const said = await php.feed('test/freepbx/accepts.php', JSON.stringify({ gates, numbers }));
    const taken = JSON.parse(said) as { readonly gates: boolean[]; readonly numbers: boolean[] };
    const expected = {
      gates: gates.map((gate) => isTaken(`address = ${JSON.stringify(gate)}`)),
      numbers: numbers.map((number) => isTaken(`emergency-numbers = [${JSON.stringify(number)}]`)),
    };
    expect(taken).toEqual(expected);
    for (const list of Object.values(taken)) expect(new Set(list)).toEqual(new Set([true, false]));
  });

  test.each(CHECKS)('every check of %s passes', async (name) => {
    const said = await php.run(`test/freepbx/${name}.check.php`);
    const checks = said
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly title: string; readonly fault: string | null });
    expect(checks.filter(({ fault }) => fault !== null)).toEqual([]);
    expect(checks.length).toBeGreaterThan(3);
  });
});

const GATES = [
  '192.0.2.5:4580',
  '192.0.2.05:1',
  '256.1.1.1:1',
  '[::1]:1',
  '[::ffff:1.2.3.4]:65535',
  '[::1]:0',
  '[fe80::1%lo]:1',
];
const NUMBERS = [
  '911',
  '_9X11',
  '_[1-3]18',
  '_9.',
  '9-1-1',
  '_',
  '9'.repeat(32),
  '9'.repeat(33),
  `_${'X'.repeat(33)}`,
];

/** Texts of a few characters, so that some are as they should be. */
function sample(characters: string): string[] {
  const text = fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 8 });
  return fc.sample(text, 500);
}

function isTaken(line: string): boolean {
  try {
    readConfig(`[gate]\n${line}`, 'device-lock.toml');
    return true;
  } catch {
    return false;
  }
}
