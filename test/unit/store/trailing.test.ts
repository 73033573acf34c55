import { expect, test } from 'vitest';
import type { Batch } from '../../../src/store/messages.ts';
import { PendingWrites } from '../../../src/store/pending.ts';
import { TrailingWriter } from '../../../src/store/trailing.ts';
import { violation } from './records.ts';

test('a drain writes what was put before it, also where another is at its last batch', async () => {
  const pending = new PendingWrites(100);
  const written: number[] = [];
  let putMeanwhile = 0;
  const writer = new TrailingWriter({
    pending,
    // Something new comes during every batch: a service under load.
    send: async ({ violations }: Batch) => {
      if (putMeanwhile < 3) pending.putViolation(violation({ id: 100 + putMeanwhile++ }));
      await Promise.resolve();
      written.push(...violations.map(({ id }) => id));
      return { refused: 0, why: undefined };
    },
    onWritten: () => undefined,
    onFailed: () => undefined,
    onRefused: () => undefined,
  });
  pending.putViolation(violation({ id: 1 }));
  const first = writer.drain();
  while (putMeanwhile < 2) await Promise.resolve();
  pending.putViolation(violation({ id: 2 }));
  await writer.drain();
  expect(written).toContain(2);
  await first;
  writer.stop();
});
