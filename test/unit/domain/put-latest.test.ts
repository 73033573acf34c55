import { expect, test } from 'vitest';
import { putLatest } from '../../../src/domain/put-latest.ts';

test('the one that was put longest ago goes, and what is put again is the latest', () => {
  const map = new Map<string, number>();
  for (const [n, key] of ['a', 'b', 'a', 'c'].entries()) putLatest(map, key, n, 2);
  expect([...map]).toEqual([
    ['a', 2],
    ['c', 3],
  ]);
});
