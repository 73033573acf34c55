import { beforeEach, describe, expect, test } from 'vitest';
import { parseHours } from '../../../src/config/hours.ts';
import type { Delivery } from '../../../src/domain/alert.ts';
import { Outbox, type OutboxOptions, PACE } from '../../../src/notify/outbox.ts';
import { alert, NOW } from './messages.ts';

const MINUTE = 60_000;

let put: Delivery[];
beforeEach(() => {
  put = [];
});

function outbox(change: Partial<OutboxOptions> = {}): Outbox {
  return new Outbox({
    ...{ channel: 'email', limit: 100, pace: PACE, digest: 0, quiet: undefined },
    put: (delivery) => put.push(delivery),
    ...change,
  });
}

const critical = (at = NOW) => alert({ severity: 'critical', at });
const ids = (deliveries: readonly Delivery[]) => deliveries.map((one) => one.alert.id);

describe('when alerts go out', () => {
  test('the first after a moment, with what came in it; the next ones a minute later', () => {
    const box = outbox();
    for (let n = 0; n < 3; n++) box.add(alert(), NOW);
    expect(box.due(NOW + 1999, undefined)).toEqual([]);
    const due = box.due(NOW + 2000, undefined);
    expect(due).toHaveLength(3);
    box.settle(due, 'sent', undefined, NOW + 2000);
    box.add(alert({ at: NOW + 3000 }), NOW + 3000);
    expect(box.due(NOW + 61_999, NOW + 2000)).toEqual([]);
    expect(box.due(NOW + 62_000, NOW + 2000)).toHaveLength(1);
  });

  test('a digest gathers them, and a critical one does not wait for it', () => {
    const box = outbox({ digest: 30 * MINUTE });
    box.add(alert(), NOW);
    const urgent = critical(NOW + MINUTE);
    box.add(urgent, NOW + MINUTE);
    const due = box.due(NOW + MINUTE + 2000, undefined);
    expect(ids(due)).toEqual([urgent.id]);
    box.settle(due, 'sent', undefined, NOW + MINUTE + 2000);
    expect(box.due(NOW + 29 * MINUTE, NOW + MINUTE)).toEqual([]);
    expect(box.due(NOW + 30 * MINUTE, NOW + MINUTE)).toHaveLength(1);
  });

  test('in quiet hours only critical ones; the others when they are over', () => {
    const box = outbox({ quiet: parseHours('22:00-07:00') });
    const night = new Date('2026-11-20T23:00:00').getTime();
    const morning = new Date('2026-11-21T07:00:00').getTime();
    box.add(alert({ at: night }), night);
    box.add(critical(night), night);
    const due = box.due(night + 2000, undefined);
    expect(due.map(({ alert: { severity } }) => severity)).toEqual(['critical']);
    box.settle(due, 'sent', undefined, night);
    expect(box.due(morning - 1, night)).toEqual([]);
    expect(box.due(morning, night)).toHaveLength(1);
  });

  test('a clock that was set back holds nothing up', () => {
    const box = outbox();
    box.add(alert(), NOW);
    expect(box.due(NOW - 86_400_000, NOW + 5000)).toHaveLength(1);
  });
});

describe('where too many wait', () => {
  test('the oldest stay, and what is dropped is counted', () => {
    const box = outbox({ limit: 10 });
    const first = alert();
    box.add(first, NOW);
    for (let n = 0; n < 20; n++) box.add(alert(), NOW);
    expect([box.size, box.dropped]).toEqual([10, 11]);
    expect(ids(box.due(NOW + 2000, undefined))[0]).toBe(first.id);
  });

  test('a critical one takes the place of the latest that is not, also on disk', () => {
    const box = outbox({ limit: 2 });
    const [older, newer, urgent] = [alert(), alert(), critical()];
    for (const one of [older, newer, urgent]) box.add(one, NOW);
    expect(ids(box.due(NOW + 2000, undefined))).toEqual([older.id, urgent.id]);
    expect(put.find((one) => one.alert === newer && one.state === 'failed')?.error).toMatch(/dropped/);
    expect(box.add(critical(), NOW)).toBe(false);
    expect(box.add(critical(), NOW)).toBe(false);
    expect([box.size, box.dropped]).toEqual([2, 3]);
  });

  test('of what waited before a restart no more is taken up than fits', () => {
    const box = outbox({ limit: 2 });
    const queued = [alert(), alert(), alert()].map<Delivery>((one) => ({
      ...{
        alert: one,
        channel: 'email',
        state: 'queued',
        attempts: 0,
        error: undefined,
        settledAt: undefined,
      },
    }));
    box.load(queued, NOW);
    expect([box.size, box.dropped]).toEqual([2, 1]);
    expect(put).toMatchObject([{ alert: { id: queued[2]?.alert.id }, state: 'failed', settledAt: NOW }]);
  });
});
