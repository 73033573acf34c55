import { expect, test } from 'vitest';
import { FAMILY } from '../../../src/astdb/entries.ts';
import { showForeign } from '../../../src/astdb/foreign.ts';
import { onlyInAstdb } from '../../../src/customlock/astdb.ts';

test("another program's locks are shown so that the import from customlock reads them", () => {
  const tree = new Map([
    ['LOCK_MODE/1001', 'device'],
    ['LOCK_MODE/1002', 'none'],
    ['VIOLATION/1001', '1'],
  ]);
  const shown = showForeign(FAMILY, tree) ?? '';
  expect(shown.split('\n')).toHaveLength(4);
  expect(onlyInAstdb(shown, new Set()).map(({ what }) => what)).toEqual(['extension 1001']);
});

test.each([
  ['an empty family', []],
  ['our own, with a fallback in force and no lock', ['LOCK_MODE/1001', 'SETTING/system/0']],
  ['calls written down by the dialplan', ['JOURNAL/1']],
])("%s is nobody else's", (_, keys) => {
  expect(showForeign(FAMILY, new Map(keys.map((key) => [key, 'model'])))).toBeUndefined();
});
