import { expect, test } from 'vitest';
import { onlyInAstdb } from '../../../src/customlock/astdb.ts';

/** As Asterisk's console prints it: keys padded to 50, values to 25. */
const SHOWN = [
  '/CUSTOMLOCK/LOCK_MODE/1001                        : device                   ',
  '/CUSTOMLOCK/LOCK_MODE/1002                        : none                     ',
  '/CUSTOMLOCK/LOCK_MODE/1003                        : custom                   ',
  '3 results found.',
  '',
].join('\n');

test('an extension that only AstDB has locked is named', () => {
  expect(onlyInAstdb(SHOWN, new Set(['1001']))).toEqual([
    { what: 'extension 1003', how: 'only AstDB says that it was locked (custom), and not to what' },
  ]);
});

test('an empty family says nothing', () => {
  expect(onlyInAstdb('0 results found.\n', new Set())).toEqual([]);
});
