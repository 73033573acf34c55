import { expect, test } from 'vitest';
import type { OverviewRow } from '../../../src/console/api/shapes.ts';
import { proposalsOf, stepOf } from '../../../src/console/model/first-run.ts';
import { countRows, showRows } from '../../../src/console/model/rows.ts';
import { windowOf } from '../../../src/console/model/window.ts';
import { DEFAULT_SETTINGS, optionsInForce } from '../../../src/domain/policy.ts';

const BY_EXTENSION = { column: 'extension', descending: false } as const;
const DESK = phone('Yealink SIP-T46U 108.86.0.20');
const ROWS = [
  row('1010', { contacts: [DESK], known: true }),
  row('200', { label: 'Reception', contacts: [DESK, phone('friendly-scanner')], openViolations: 1 }),
  row('1002', { known: false, contacts: [phone('Odd 1')] }),
  row('1003'),
];

test('extensions are sorted as numbers', () => {
  expect(namesOf(showRows(ROWS, '', 'all', BY_EXTENSION))).toEqual(['200', '1002', '1003', '1010']);
});

test('every word of a search must be found, in name, phone or address', () => {
  expect(namesOf(showRows(ROWS, 'RECEPTION yealink', 'all', BY_EXTENSION))).toEqual(['200']);
});

test('filters count what they show', () => {
  expect(countRows(ROWS)).toEqual({
    all: 4,
    violation: 1,
    unlocked: 4,
    unregistered: 1,
    unknown: 1,
    temporary: 0,
  });
  expect(namesOf(showRows(ROWS, '', 'unregistered', BY_EXTENSION))).toEqual(['1003']);
});

test('a code or a grant is found by its filter', () => {
  const grants = [{ alternative: { kind: 'model', model: 'a' }, until: '2026-01-01T00:00:00.000Z' }] as const;
  const rows = [
    ...ROWS,
    row('1', { codeExpires: '2026-01-01T00:00:00.000Z' }),
    row('2', { lock: { ...row('2').lock, grants } }),
  ];
  expect(namesOf(showRows(rows, '', 'temporary', BY_EXTENSION))).toEqual(['1', '2']);
});

test('the extension with most violations comes first when they are sorted downwards', () => {
  expect(showRows(ROWS, '', 'all', { column: 'violations', descending: true })[0]?.extension).toBe('200');
});

test('only an extension with one well-formed phone is proposed for a lock', () => {
  const able = proposalsOf(ROWS).filter(({ userAgent }) => userAgent !== undefined);
  expect(able.map((proposal) => proposal.row.extension)).toEqual(['1010', '1002']);
});

test('the first run goes from nothing over locks and monitor to enforce', () => {
  const settings = { ...DEFAULT_SETTINGS, fallback: null };
  const locked = [row('1', { lock: { ...row('1').lock, source: 'own', kind: 'device' } })];
  expect(stepOf([], settings)).toBe('look');
  expect(stepOf(ROWS, settings)).toBe('lock');
  expect(stepOf(locked, { ...settings, mode: 'monitor' })).toBe('monitor');
  expect(stepOf(locked, settings)).toBe('enforce');
});

test('what is drawn and what is not add up to the whole table', () => {
  for (const top of [0, 59, 60, 12_345, 599_000, 700_000]) {
    const { from, to, above, below } = windowOf(10_000, 60, top, 500);
    expect(above + (to - from) * 60 + below).toBe(600_000);
    expect(to - from).toBeLessThan(40);
  }
});

function phone(userAgent: string) {
  const vendor = userAgent.startsWith('Yealink') ? 'Yealink' : null;
  const rest = {
    model: null,
    firmware: null,
    expires: '2026-01-01T00:00:00.000Z',
    since: null,
    matches: null,
  };
  return { userAgent, userAgentFault: null, address: '192.0.2.1:5060', vendor, ...rest };
}

function row(extension: string, part: Partial<OverviewRow> = {}): OverviewRow {
  const lock = {
    source: 'none',
    kind: 'none',
    alternatives: [],
    grants: [],
    ...optionsInForce(DEFAULT_SETTINGS, DEFAULT_SETTINGS),
  } as const;
  const rest = {
    label: null,
    listed: true,
    contacts: [],
    openViolations: 0,
    policyMode: null,
    codeExpires: null,
    lastSeen: null,
  };
  return { extension, lock, ...rest, known: null, violationDays: [0, 0, 0], ...part };
}

function namesOf(rows: readonly OverviewRow[]): string[] {
  return rows.map(({ extension }) => extension);
}
