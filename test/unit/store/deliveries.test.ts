import { expect, test } from 'vitest';
import type { Delivery } from '../../../src/domain/alert.ts';
import { open, temporaryPath } from './stores.ts';

const delivery = (id: string, more: Partial<Delivery> = {}): Delivery => ({
  alert: {
    ...{ id, kind: 'violation', severity: 'warning', at: 1000 },
    title: 'Extension 1001: "; DROP TABLE deliveries; --',
    data: { extension: '1001', userAgent: 'frïendly\u202escanner', calls: 2, label: null },
    actions: ['device-lock show 1001'],
  },
  ...{ channel: 'email', state: 'queued', attempts: 0, error: undefined, settledAt: undefined },
  ...more,
});

test('an alert that waits is there after a restart, whole, and one that was sent waits no more', async () => {
  const path = temporaryPath();
  const first = await open(path);
  first.putDelivery(delivery('a'));
  first.putDelivery(delivery('b'));
  first.putDelivery(delivery('b', { channel: 'webhook', attempts: 3, error: 'HTTP 500' }));
  first.putDelivery(delivery('b', { state: 'sent', settledAt: 2000, attempts: 1 }));
  await first.close();
  const second = await open(path);
  const { queuedDeliveries, lastDelivered } = await second.load();
  expect(queuedDeliveries).toEqual([
    delivery('a'),
    delivery('b', { channel: 'webhook', attempts: 3, error: 'HTTP 500' }),
  ]);
  expect(lastDelivered).toEqual(new Map([['email', 2000]]));
  expect(await second.deliveries({ limit: 10 })).toHaveLength(3);
});
