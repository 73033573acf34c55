/** The first device becomes the lock, on the real store, table and operator. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseAddress } from '../../../src/domain/address.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import { NO_POLICY } from '../../../src/domain/policy.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import { EventLog, type ServiceEvent } from '../../../src/log/event-log.ts';
import { Library } from '../../../src/operator/library.ts';
import { Operator } from '../../../src/operator/operator.ts';
import { FirstUseLock } from '../../../src/service/first-use.ts';
import { Guardian } from '../../../src/service/guardian.ts';
import { ExtensionTable } from '../../../src/state/extension-table.ts';
import { ViolationBook } from '../../../src/state/violation-book.ts';
import { openStore } from '../../../src/store/client.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../lab/until.ts';

const PHONE = 'Yealink SIP-T46U 108.86.0.20';
const logger = { debug() {}, info() {}, warn() {}, error() {} };

let folder: string;
let store: Store;
let table: ExtensionTable;
let operator: Operator;
let guardian: Guardian;
let events: ServiceEvent[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'device-lock-first-use-'));
  store = await openStore({ path: join(folder, 'device-lock.db'), logger });
  await store.load();
  table = new ExtensionTable();
  table.setExtensions(new Map([['1001', undefined]]));
  table.setSettings({ ...table.settings, firstUse: true });
  table.markLoaded();
  table.markContactsListed();
  const log = new EventLog(logger, Date.now);
  events = [];
  log.on('event', (event) => events.push(event));
  operator = new Operator({
    ...{ table, library: new Library([], []), store, now: Date.now },
    judgeAnew: (extensions) => guardian.judgeAnew(extensions),
    clear: () => 0,
    touchSystem: () => undefined,
    announce: () => undefined,
  });
  const firstUse = new FirstUseLock({
    ...{ table, operator, store, events: log, logger, now: Date.now },
    ...{ isAttackTool: (one) => one === 'friendly-scanner', isUpdateOf: () => false },
  });
  guardian = new Guardian({
    ...{ table, book: new ViolationBook(), store, events: log, logger, now: Date.now },
    ...{ mirror: { touch: () => undefined }, pace: async () => undefined, remembered: [], quietAfter: 1e6 },
    onRegister: (extension) => firstUse.onRegister(extension),
  });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

test('the first device is locked to, by an audited change, and what comes then is a violation', async () => {
  registers(contact(PHONE));
  await locked();
  expect(table.policy('1001').lock?.alternatives).toEqual([{ kind: 'device', userAgent: PHONE }]);
  expect(await store.audit({ target: '1001', limit: 1 })).toMatchObject([
    { who: 'first-use', action: 'lock' },
  ]);
  expect(events).toContainEqual(expect.objectContaining({ event: 'first-use-locked', device: PHONE }));
  registers(contact(PHONE), contact('friendly-scanner'));
  expect(table.contacts('1001').map(({ matches }) => matches)).toEqual([true, false]);
});

test('two devices are left to a person, and that is said once, whatever they call themselves', async () => {
  registers(contact(PHONE), contact('Zoiper'));
  await said('several-devices');
  registers(contact(PHONE), contact('Zoiper 2'));
  await settled();
  expect(declined()).toEqual(['several-devices']);
  expect(table.policy('1001')).toBe(NO_POLICY);
});

test('a second device that comes while the first is being locked to keeps it from that', async () => {
  registers(contact(PHONE));
  registers(contact(PHONE), contact('Zoiper'));
  await said('several-devices');
  expect(table.policy('1001')).toBe(NO_POLICY);
});

test('a device that displaced another is not the first', async () => {
  table.setSettings({ ...table.settings, firstUse: false });
  registers(contact(PHONE));
  table.setSettings({ ...table.settings, firstUse: true });
  registers(contact('Zoiper'));
  await said('another-before');
});

test('nor is one that first makes many calls under many names, until nobody would see the other', async () => {
  table.setSettings({ ...table.settings, firstUse: false });
  registers(contact(PHONE));
  for (let n = 0; n < 120; n++) {
    const address = parseAddress('198.51.100.66:5060', 'udp');
    const at = Date.now() + 1000;
    store.addSighting({
      ...{ extension: '1001', userAgent: userAgentFromText(`name ${n}`), address, by: 'INVITE' },
      ...{ matched: undefined, firstSeen: at, lastSeen: at, count: 1 },
    });
  }
  table.setSettings({ ...table.settings, firstUse: true });
  registers(contact('Zoiper'));
  await said('another-before');
  expect(table.policy('1001').lock).toBeUndefined();
});

test('after an operator took the lock away, the next device is the first again', async () => {
  registers(contact(PHONE));
  await locked();
  registers();
  await operator.unlock('1001', 'test');
  registers(contact('Zoiper'));
  await locked();
  expect(table.policy('1001').lock?.alternatives).toMatchObject([{ userAgent: 'Zoiper' }]);
});

test('an attack tool is never locked to', async () => {
  registers(contact('friendly-scanner'));
  await said('attack-tool');
});

test('nothing is taken from a list, of an extension Asterisk does not have, or where it is switched off', async () => {
  guardian.onContacts('1001', [contact(PHONE)], true);
  guardian.onContacts('trunk', [{ ...contact(PHONE), extension: 'trunk', id: 'trunk;@1' }], false);
  table.setPolicy('1001', { ...NO_POLICY, firstUse: false });
  registers({ ...contact(PHONE), expires: 5 });
  await settled();
  expect(table.policy('1001').lock ?? table.policy('trunk').lock).toBeUndefined();
});

function registers(...contacts: Contact[]): void {
  guardian.onContacts('1001', contacts, false);
}

function contact(userAgent: string): Contact {
  const address = parseAddress('192.0.2.10:5060', 'udp');
  return {
    id: `1001;@${userAgent}`,
    extension: '1001',
    uri: 'sip:1001@192.0.2.10',
    userAgent: userAgentFromText(userAgent),
    callId: 'c',
    expires: 2_000_000_000,
    source: address && { address, proof: 'seen' },
  };
}

function declined(): unknown[] {
  return events.filter(({ event }) => event === 'first-use-declined').map(({ why }) => why);
}

function locked(): Promise<void> {
  return until('a lock', 5000, () => table.policy('1001').lock !== undefined);
}

function said(why: string): Promise<void> {
  return until(`declined: ${why}`, 5000, () => declined().includes(why));
}

/** What was begun has read the database by then. */
async function settled(): Promise<void> {
  await store.sightings({ extension: '1001', limit: 1 });
  await store.audit({ limit: 1 });
  await new Promise((resolve) => setImmediate(resolve));
}
