import { beforeEach, describe, expect, test } from 'vitest';
import { broken, type Finding, ok } from '../../../src/doctor/finding.ts';
import type { Alert } from '../../../src/domain/alert.ts';
import { HealthWatch } from '../../../src/notify/watch-health.ts';
import { NOW } from './messages.ts';

const MINUTE = 60_000;
const STORE = {
  ...{ path: '/var/lib/device-lock/device-lock.db', schema: 3, bytes: 1, freeBytes: 9e9 },
  ...{ pending: 0, dropped: 0, failure: undefined as string | undefined },
};
const SIGNS = { isAsteriskConnected: true, isAstdbInStep: true, gateFaults: 0, gateBugs: 0 };

let now: number;
let told: Alert[];
let signs: typeof SIGNS;
let store: typeof STORE;
let findings: Finding[];
let asked: number;
let watch: HealthWatch;

beforeEach(() => {
  [now, told, signs, store, findings, asked] = [NOW, [], { ...SIGNS }, { ...STORE }, [], 0];
  watch = new HealthWatch({
    tell: (alert) => told.push(alert),
    announce: () => undefined,
    signs: () => signs,
    store: async () => store,
    doctor: async () => {
      asked++;
      return findings;
    },
    ...{ asteriskAwayAfter: MINUTE, doctorEvery: 60 * MINUTE, now: () => now },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
});

/** Looks every five seconds for so long. */
async function pass(ms: number): Promise<void> {
  for (const end = now + ms; now < end; now += 5000) await watch.look();
}

const titles = () => told.map(({ title }) => title);

describe('Asterisk that is away', () => {
  test('is told once it lasts, critically, and that it is back', async () => {
    signs = { ...SIGNS, isAsteriskConnected: false, isAstdbInStep: false };
    await pass(MINUTE);
    expect(told).toEqual([]);
    await pass(10 * MINUTE);
    expect(told).toMatchObject([
      { kind: 'trouble', severity: 'critical', title: 'Asterisk is away', data: { trouble: 'asterisk' } },
    ]);
    expect(watch.open).toMatchObject([{ key: 'asterisk', since: NOW }]);
    signs = SIGNS;
    await pass(MINUTE);
    expect(told.at(-1)).toMatchObject({
      kind: 'recovered',
      severity: 'critical',
      title: 'Over: Asterisk is away',
    });
    expect(watch.open).toEqual([]);
  });

  test('for a moment, again and again, is nobody’s night', async () => {
    for (let n = 0; n < 20; n++) {
      signs = { ...SIGNS, isAsteriskConnected: false };
      await pass(MINUTE / 2);
      signs = SIGNS;
      await pass(MINUTE / 2);
    }
    expect(told).toEqual([]);
  });
});

test.each([
  ['AstDB is out of step', () => ({ ...SIGNS, isAstdbInStep: false }), {}],
  ['A fault of the service itself left calls to the dialplan', () => ({ ...SIGNS, gateBugs: 1 }), {}],
  ['The database cannot be written', () => SIGNS, { failure: 'disk I/O error' }],
  ['The disk of the database is nearly full', () => SIGNS, { freeBytes: 1000 }],
])('%s: is told', async (title, changed, change) => {
  signs = changed();
  store = { ...STORE, ...change };
  await pass(3 * MINUTE);
  expect(titles()).toEqual([title]);
});

test('many faults at the gate in one minute are told, the same number in an hour is not', async () => {
  for (let n = 0; n < 30; n++) {
    signs = { ...signs, gateFaults: signs.gateFaults + 1 };
    await pass(MINUTE);
  }
  expect(told).toEqual([]);
  signs = { ...signs, gateFaults: signs.gateFaults + 25 };
  await pass(5000);
  expect(titles()).toEqual(['Many questions of the dialplan end without an answer']);
});

test('records that had to be given up are told, though nothing lasts', async () => {
  await pass(5000);
  store = { ...STORE, dropped: 12 };
  await pass(5000);
  expect(told).toMatchObject([{ severity: 'warning', data: { trouble: 'records-lost' } }]);
});

describe('the doctor', () => {
  test('is asked now and then, and what he finds broken twice in a row is told', async () => {
    findings = [ok('node', 'Node.'), broken('dialplan', 'The gate is not in it.', 'Apply Config.')];
    await pass(2 * MINUTE + 5000);
    expect([asked, told]).toEqual([1, []]);
    await pass(2 * MINUTE);
    expect(told).toMatchObject([
      {
        ...{ title: 'The doctor finds the dialplan broken', severity: 'critical' },
        ...{ data: { detail: 'The gate is not in it.' }, actions: ['Apply Config.', expect.anything()] },
      },
    ]);
    findings = [];
    await pass(3 * MINUTE);
    expect(told.at(-1)).toMatchObject({ kind: 'recovered' });
    const before = asked;
    await pass(50 * MINUTE);
    expect(asked).toBe(before);
  });

  test('tells nothing anew that is known without him, nor that a channel for alerts is broken', async () => {
    signs = { ...SIGNS, isAsteriskConnected: false };
    findings = ['asterisk', 'events', 'contacts', 'alerts-email'].map((check) => broken(check, 'x', 'y'));
    await pass(10 * MINUTE);
    expect(titles()).toEqual(['Asterisk is away']);
  });
});
