import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { EventHistory, REMEMBERED } from '../../../src/api/event-history.ts';

function history(run = 'abc') {
  const kept = new EventHistory(run, () => 0);
  const note = (n: number) => kept.keep({ event: 'step', at: 'then', n });
  return { kept, note };
}

const read = (lines: readonly string[]) => lines.map((line) => JSON.parse(line));
const steps = (lines: readonly string[]) =>
  read(lines).map(({ event, n, missed }) => n ?? `${event} ${missed}`);

describe('who comes back with the id of the last event seen', () => {
  test('gets what came since, and nothing twice', () => {
    const { kept, note } = history();
    for (const n of [1, 2, 3]) note(n);
    expect(JSON.parse(note(4))).toEqual({ event: 'step', at: 'then', id: 'abc-4', n: 4 });
    expect(steps(kept.after('abc-2'))).toEqual([3, 4]);
    expect(kept.after('abc-4')).toEqual([]);
  });

  test('is told how many are missing, where more came than are remembered', () => {
    const { kept, note } = history();
    for (let n = 1; n <= 3 * REMEMBERED; n++) note(n);
    const lines = kept.after('abc-10');
    expect(steps(lines.slice(0, 2))).toEqual([`gap ${2 * REMEMBERED - 10}`, 2 * REMEMBERED + 1]);
    expect(lines).toHaveLength(REMEMBERED + 1);
    expect(read(lines)[0]).toMatchObject({ at: '1970-01-01T00:00:00.000Z', after: 'abc-10' });
  });

  test('is told of a gap of unknown size after a restart, and gets all of the new run', () => {
    const { kept, note } = history('new');
    for (const n of [1, 2]) note(n);
    expect(steps(kept.after('old-77'))).toEqual(['gap null', 1, 2]);
    // A number that this run has not reached is no number of this run.
    expect(steps(kept.after('new-3'))).toEqual(['gap null', 1, 2]);
  });
});

test('who comes for the first time gets the latest, as many as are asked for', () => {
  const { kept, note } = history();
  for (let n = 1; n <= 2.5 * REMEMBERED; n++) note(n);
  expect(steps(kept.latest(2))).toEqual([2.5 * REMEMBERED - 1, 2.5 * REMEMBERED]);
  expect(kept.latest(0)).toEqual([]);
  expect(kept.latest(5 * REMEMBERED)).toHaveLength(REMEMBERED);
});

test('every event is one line to every reader, whatever a device calls itself', async () => {
  const { kept } = history();
  const userAgent = 'a\u2028{"event":"forged"}\u2029b\u0085c\u202ed\re\nf';
  const line = kept.keep({ event: 'evicted', at: 'then', userAgent } as never);
  // Node's own readline is one that takes U+2028 for an end.
  const lines: string[] = [];
  for await (const one of createInterface({ input: Readable.from([line]) })) lines.push(one);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(line)).toMatchObject({ event: 'evicted', userAgent });
});
