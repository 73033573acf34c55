/** The way out as a whole: a real database, a real mail server, real violations; only the pace is quicker. */
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/domain/alert.ts';
import { identify } from '../../../src/domain/identify.ts';
import { NO_POLICY } from '../../../src/domain/policy.ts';
import { EventLog } from '../../../src/log/event-log.ts';
import type { Channel } from '../../../src/notify/channel.ts';
import { DeliveryError } from '../../../src/notify/channel.ts';
import { emailChannel } from '../../../src/notify/email.ts';
import type { Message } from '../../../src/notify/message.ts';
import { Notifier, type NotifierOptions } from '../../../src/notify/notifier.ts';
import { watchIncidents } from '../../../src/notify/watch-incidents.ts';
import { Guardian } from '../../../src/service/guardian.ts';
import { ExtensionTable } from '../../../src/state/extension-table.ts';
import { ViolationBook } from '../../../src/state/violation-book.ts';
import type { Store } from '../../../src/store/store.ts';
import { contactOf } from '../api/rig.ts';
import { open, temporaryPath } from '../store/stores.ts';
import { alert } from './messages.ts';
import { CERTIFICATE, LOGIN, startMailServer } from './smtp-server.ts';

const QUICK = { gather: 30, gap: 300, urgentGap: 30 };
const logger = { debug() {}, info() {}, warn() {}, error() {} };

async function notifierOn(store: Store, channel: Channel, change: Partial<NotifierOptions> = {}) {
  const { queuedDeliveries, lastDelivered } = await store.load();
  const announced: { event: string; fields: object }[] = [];
  const notifier = new Notifier({
    channels: [{ channel, least: 'warning', digest: 0 }],
    ...{ quiet: undefined, limit: 1000, console: '', host: 'pbx1', now: Date.now, pace: QUICK, every: 10 },
    ...{ queued: queuedDeliveries, lastDelivered, random: () => 0 },
    put: (delivery) => store.putDelivery(delivery),
    announce: (event, fields) => announced.push({ event, fields }),
    ...change,
  });
  return { notifier, announced };
}

function mailTo(port: number): Channel {
  return emailChannel({
    ...{ host: 'localhost', port, security: 'starttls', ca: CERTIFICATE, ...LOGIN },
    ...{ from: 'device-lock@pbx1.example', to: ['noc@example.com'] },
  });
}

/** A port that nobody listens at, for the time being. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const fresh = (change: object = {}) => alert({ at: Date.now(), ...change });

test('what could not be sent before a restart is sent after it, once', async () => {
  const path = temporaryPath();
  const port = await freePort();
  const first = await open(path);
  const before = await notifierOn(first, mailTo(port));
  before.notifier.start();
  before.notifier.tell(fresh({ title: 'Extension 1001: before the restart' }));
  await expect.poll(() => before.notifier.states[0]?.error).toMatch(/ECONNREFUSED/);
  await before.notifier.stop();
  await first.close();

  await using smtp = await startMailServer({}, port);
  const second = await open(path);
  const after = await notifierOn(second, mailTo(port));
  expect(after.notifier.states).toMatchObject([{ queued: 1 }]);
  after.notifier.start();
  await expect.poll(() => smtp.mails.length, { timeout: 5000 }).toBe(1);
  expect(smtp.mails[0]?.body).toContain('before the restart');
  await expect.poll(() => after.notifier.states[0]?.queued).toBe(0);
  await after.notifier.stop();
  await second.close();
  expect((await (await open(path)).load()).queuedDeliveries).toEqual([]);
});

test('a thousand extensions in violation at once make a handful of mails', async () => {
  await using smtp = await startMailServer();
  const store = await open(temporaryPath());
  const { notifier } = await notifierOn(store, mailTo(smtp.port));
  const events = new EventLog(logger, Date.now);
  const table = new ExtensionTable();
  const names = Array.from({ length: 1000 }, (_, n) => `${1000 + n}`);
  table.markLoaded();
  table.markContactsListed();
  table.setExtensions(new Map(names.map((name) => [name, undefined])));
  table.setSettings({ ...table.settings, mode: 'enforce' });
  for (const name of names) {
    table.setPolicy(name, { ...NO_POLICY, lock: { alternatives: [{ kind: 'device', userAgent: 'desk' }] } });
  }
  const book = new ViolationBook();
  const guardian = new Guardian({
    ...{ table, book, store, events, logger, now: Date.now, remembered: [], quietAfter: 3_600_000 },
    mirror: { touch: () => undefined },
    pace: async () => undefined,
  });
  watchIncidents(events, {
    ...{ tell: (one) => notifier.tell(one), identify, logger, now: Date.now, open: [] },
    label: (extension) => table.label(extension),
    lockInForce: (extension) => table.lockInForce(extension),
    ...{ emergencyCalls: true, costly: ['00'], againAfter: 3_600_000 },
  });
  notifier.start();
  for (const [n, name] of names.entries()) {
    guardian.onContacts(name, [contactOf(name, 'friendly-scanner', `203.0.113.${n % 250}:5060`)], false);
  }
  await expect.poll(() => notifier.states[0]?.queued, { timeout: 10_000 }).toBe(0);
  expect(smtp.mails.length).toBeLessThanOrEqual(3);
  expect(notifier.states).toMatchObject([{ sent: 1000, dropped: 0 }]);
  expect(smtp.mails[0]?.body).toContain('device-lock alerts list');
  await notifier.stop();
});

describe('a channel that fails', () => {
  /** Fails so often, then takes everything. */
  function flaky(failures: number) {
    const taken: Message[] = [];
    let tries = 0;
    const channel: Channel = {
      ...{ name: 'webhook', target: 'https://hooks.example' },
      async send(message) {
        if (++tries <= failures) throw new DeliveryError('the webhook answered HTTP 500');
        taken.push(message);
        return undefined;
      },
    };
    return { channel, taken, tries: () => tries };
  }

  test('is tried again, is said to fail once, and to be well once', async () => {
    const { channel, taken, tries } = flaky(2);
    let now = Date.now();
    const { notifier, announced } = await notifierOn(await open(temporaryPath()), channel, {
      now: () => now,
    });
    notifier.start();
    notifier.tell(alert({ at: now }));
    await expect
      .poll(() => {
        now += 5000;
        return taken.length;
      })
      .toBe(1);
    expect(tries()).toBe(3);
    expect(announced.map(({ event }) => event)).toEqual(['alerts-failing', 'alerts-well', 'alerts-sent']);
    await notifier.stop();
  });

  test('because of what a device says of itself gets the alerts without it, and at once', async () => {
    const taken: Message[] = [];
    const filter: Channel = {
      ...{ name: 'email', target: 'noc@example.com' },
      async send(message) {
        const all = message.text + JSON.stringify(message.document);
        if (all.includes('GTUBE')) throw new DeliveryError('550 this is spam', { isRefusal: true });
        taken.push(message);
        return undefined;
      },
    };
    let now = Date.now();
    const store = await open(temporaryPath());
    const { notifier } = await notifierOn(store, filter, { now: () => now });
    for (const userAgent of ['friendly-scanner', 'XJS*GTUBE*C.34X']) {
      notifier.tell(alert({ at: now, data: { extension: '1001', userAgent } }));
    }
    notifier.tell(alert({ at: now, severity: 'critical', title: 'Emergency call', data: {} }));
    notifier.start();
    await expect
      .poll(() => {
        now += 5000;
        return taken.length;
      })
      .toBe(1);
    const [message] = taken;
    expect(message?.document).toMatchObject({ withheld: true, alerts: { length: 3 } });
    expect(message?.text).toMatch(/^What devices say of themselves is left out/);
    expect(message?.document.alerts[1]?.data).toEqual({ extension: '1001' });
    notifier.tell(alert({ at: now, data: { userAgent: 'Zoiper' } }));
    await expect
      .poll(() => {
        now += 5000;
        return taken.length;
      })
      .toBe(2);
    expect(taken[1]?.document).toMatchObject({
      withheld: false,
      alerts: [{ data: { userAgent: 'Zoiper' } }],
    });
    await notifier.stop();
  });

  test('does not keep what nobody has taken for a day', async () => {
    const { channel } = flaky(1000);
    let now = Date.now();
    const store = await open(temporaryPath());
    const { notifier, announced } = await notifierOn(store, channel, { now: () => now });
    notifier.start();
    notifier.tell(alert({ at: now }));
    now += 25 * 3_600_000;
    await expect.poll(() => notifier.states[0]).toMatchObject({ queued: 0, givenUp: 1 });
    expect(announced.map(({ event }) => event)).toContain('alerts-given-up');
    expect(await store.deliveries({ limit: 10 })).toMatchObject([
      { state: 'failed', error: 'the webhook answered HTTP 500' },
    ]);
    await notifier.stop();
  });

  test('says in its next message what had to be dropped', async () => {
    const { channel, taken } = flaky(0);
    const { notifier, announced } = await notifierOn(await open(temporaryPath()), channel, { limit: 10 });
    for (let n = 0; n < 15; n++) notifier.tell(fresh());
    notifier.start();
    await expect.poll(() => taken.length).toBe(1);
    expect(taken[0]?.document).toMatchObject({ dropped: 5, alerts: { length: 10 } });
    expect(announced.filter(({ event }) => event === 'alerts-dropped')).toHaveLength(1);
    notifier.tell(fresh());
    await expect.poll(() => taken.length).toBe(2);
    expect(taken[1]?.document.dropped).toBe(0);
    await notifier.stop();
  });

  test('ends when the service stops, and what it had not taken waits on disk', async () => {
    let isSending = false;
    const hanging: Channel = {
      ...{ name: 'webhook', target: 'https://hooks.example' },
      send: (_, signal) => {
        isSending = true;
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
    };
    const path = temporaryPath();
    const store = await open(path);
    const { notifier } = await notifierOn(store, hanging);
    notifier.start();
    notifier.tell(fresh());
    await expect.poll(() => isSending).toBe(true);
    await notifier.stop();
    await store.close();
    expect((await (await open(path)).load()).queuedDeliveries).toMatchObject([{ state: 'queued' }]);
  });
});

test('alerts below what a channel wants do not go out by it', async () => {
  const puts: Delivery[] = [];
  const { notifier } = await notifierOn(await open(temporaryPath()), mailTo(1), {
    put: (delivery) => puts.push(delivery),
  });
  notifier.tell(fresh({ severity: 'info' }));
  notifier.tell(fresh({ severity: 'critical' }));
  expect(puts.map(({ alert: { severity } }) => severity)).toEqual(['critical']);
});

test('what waited for a channel that was switched off is given up, and said to be', async () => {
  const path = temporaryPath();
  const store = await open(path);
  const delivery: Delivery = {
    ...{ alert: fresh(), channel: 'command', state: 'queued', attempts: 0, error: undefined },
    settledAt: undefined,
  };
  store.putDelivery(delivery);
  await notifierOn(store, mailTo(1));
  expect(await store.deliveries({ limit: 1 })).toMatchObject([
    { state: 'failed', error: 'the channel was switched off' },
  ]);
});

test('a test goes out at once by each channel, and says what became of it', async () => {
  await using smtp = await startMailServer();
  const store = await open(temporaryPath());
  const { notifier } = await notifierOn(store, mailTo(smtp.port));
  expect(await notifier.test()).toMatchObject([{ channel: 'email', sent: true, error: undefined }]);
  expect(smtp.mails[0]?.header).toContain('A test: alerts arrive here');
  await Promise.all(Array.from({ length: 20 }, () => notifier.test()));
  expect(smtp.mails).toHaveLength(2);
  expect(await notifier.test('command')).toEqual([]);
  const { notifier: broken } = await notifierOn(store, mailTo(1));
  expect(await broken.test()).toMatchObject([
    { sent: false, error: expect.stringContaining('ECONNREFUSED') },
  ]);
  expect(await store.deliveries({ limit: 10 })).toMatchObject([
    { state: 'failed' },
    ...[{ state: 'sent' }, { state: 'sent' }],
  ]);
});
