import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Turns } from '../../../src/api/turns.ts';

test('of many that come together one begins a turn, in their order, also those that come meanwhile', async () => {
  const turns = new Turns();
  const begun: string[] = [];
  turns.take(() => {
    begun.push('first');
    turns.take(() => begun.push('came meanwhile'));
  });
  turns.take(() => begun.push('second'));
  expect(begun).toEqual([]);
  for (const expected of [['first'], ['first', 'second'], ['first', 'second', 'came meanwhile']]) {
    await turn();
    expect(begun).toEqual(expected);
  }
  turns.take(() => begun.push('later'));
  await turn();
  expect(begun.at(-1)).toBe('later');
});
