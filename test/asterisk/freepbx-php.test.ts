/** The FreePBX module's PHP under the versions that FreePBX 16 and 17 have. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PhpVersion } from '../lab/cache.ts';
import { Php } from '../lab/php.ts';

const CHECKS = ['splice', 'settings', 'gate-check'];

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
