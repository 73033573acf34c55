import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { AsteriskError } from '../../../src/asterisk/port.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { compareAstdb, compareContacts, differentKeys } from '../../../src/doctor/compare.ts';
import { createDoctor } from '../../../src/doctor/doctor.ts';
import { probe } from '../../../src/doctor/probe.ts';
import { Library } from '../../../src/operator/library.ts';
import { ExtensionTable } from '../../../src/state/extension-table.ts';
import { ViolationBook } from '../../../src/state/violation-book.ts';
import { contactOf, DESK, THIEF } from '../api/rig.ts';
import { HEALTH } from './facts.ts';

test('a probe that hangs, fails or throws gives its reason in time', async () => {
  expect(await probe(1000, async () => 7)).toEqual({ found: 7 });
  expect(await probe(10, () => new Promise(() => undefined))).toEqual({ why: 'no answer within 0.01 s' });
  expect(await probe(1000, () => Promise.reject(new Error('gone')))).toEqual({ why: 'gone' });
});

test('keys that miss, differ or are too many are wrong; the journal is not', () => {
  const tree = new Map([
    ['A/1', 'x'],
    ['B/1', 'old'],
    ['C/1', 'left over'],
    ['JOURNAL/1', 'call'],
  ]);
  const wanted = new Map([
    ['A/1', 'x'],
    ['B/1', 'new'],
    ['D/1', 'missing'],
  ]);
  expect(differentKeys(tree, wanted)).toEqual({ right: 1, wrong: ['B/1', 'C/1', 'D/1'] });
});

test('what was only under way at the first look is not counted', async () => {
  const read = vi
    .fn()
    .mockResolvedValueOnce(new Map())
    .mockResolvedValueOnce(new Map([['A/1', 'x']]));
  expect(await compareAstdb(read, () => new Map([['A/1', 'x']]), 1)).toEqual({ right: 1, wrong: [] });
});

test('contacts are compared by what is registered, extension by extension', async () => {
  const table = new ExtensionTable();
  const [desk, thief] = [
    contactOf('1001', DESK, '192.0.2.1:5060'),
    contactOf('1002', THIEF, '192.0.2.2:5060'),
  ];
  table.applyContacts('1001', [desk]);
  table.applyContacts('1002', [contactOf('1002', DESK, '192.0.2.2:5060')]);
  const listContacts = async () => [desk, thief];
  expect(await compareContacts({ listContacts }, table, 1)).toEqual({ listed: 2, different: ['1002'] });
});

test('whatever hangs or fails, the doctor comes to its findings', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'device-lock-doctor-'));
  const path = join(folder, 'device-lock.toml');
  const secret = join(folder, 'ami.secret');
  await writeFile(secret, 'x', { mode: 0o644 });
  const lines = `[ami]\nport = 1\nsecret-file = "${secret}"\n[log]\npath = "/nonexistent/x.log"\n`;
  await writeFile(path, lines, { mode: 0o600 });
  const down = () => Promise.reject(new AsteriskError('disconnected', 'not connected'));
  const doctor = createDoctor({
    config: loadConfig(path),
    service: { table: new ExtensionTable(), book: new ViolationBook(), library: new Library([], []) },
    asterisk: { listContacts: down, dialplanOf: down, databaseTree: down },
    store: { health: () => new Promise(() => undefined) },
    gateAddress: () => '127.0.0.1:4580',
    health: () => ({ ...HEALTH, config: path, gate: { ...HEALTH.gate, port: 1 } }),
    now: Date.now,
  });
  const findings = await doctor();
  const state = (check: string) => findings.find((one) => one.check === check)?.state;
  expect([state('config'), state('log'), state('database'), state('gate')]).toEqual([
    'ok',
    'broken',
    'broken',
    'broken',
  ]);
  expect(findings.find(({ check }) => check === 'secrets')?.what).toContain(secret);
  expect([state('events'), state('dialplan'), state('astdb')]).toEqual(['warning', 'warning', 'warning']);
  await rm(folder, { recursive: true });
});
