import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concurrently } from '../../../../src/asterisk/ari/concurrently.ts';

test('results come in the order of the items, and never more than the limit run at once', async () => {
  const waits = fc.array(fc.nat({ max: 3 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(waits, fc.integer({ min: 1, max: 5 }), async (items, limit) => {
      let running = 0;
      let most = 0;
      const results = await concurrently(items, limit, async (turns) => {
        most = Math.max(most, ++running);
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
        running -= 1;
        return turns * 2;
      });
      expect(results).toEqual(items.map((turns) => turns * 2));
      expect(most).toBeLessThanOrEqual(limit);
    }),
  );
});

test('the first failure is the answer, and nothing new is begun', async () => {
  const begun: number[] = [];
  const all = concurrently([1, 2, 3, 4, 5, 6], 2, async (item) => {
    begun.push(item);
    await Promise.resolve();
    if (item === 2) throw new Error('two');
  });
  await expect(all).rejects.toThrow('two');
  expect(begun).not.toContain(6);
});
