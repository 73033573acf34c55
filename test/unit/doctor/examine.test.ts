import { describe, expect, test } from 'vitest';
import { examine } from '../../../src/doctor/doctor.ts';
import type { Facts } from '../../../src/doctor/facts.ts';
import type { Finding } from '../../../src/doctor/finding.ts';
import { HEALTH, NOW, WELL } from './facts.ts';

function find(facts: Partial<Facts>, check: string): Finding | undefined {
  return examine({ ...WELL, ...facts }).find((finding) => finding.check === check);
}

const store = (change: object): Partial<Facts> => ({
  store: { found: { ...WELL.store.found, ...change } as never },
});
const callerId = (...lines: string[]): Partial<Facts> => ({
  dialplan: { found: { callerId: lines, gate: ['s@device-lock 1: Set(x) [pbx_config]'] } },
});
const GATE = 'Gosub(device-lock,s,1(x)) [pbx_config]';

describe('the channels for alerts', () => {
  const MINUTE = 60_000;
  const state = (change: object) => ({
    ...{ channel: 'email', target: 'noc@example.com', severity: 'warning', queued: 0, sent: 0, givenUp: 0 },
    ...{ dropped: 0, lastSent: NOW - MINUTE, failingSince: undefined, error: undefined, nextTry: undefined },
    ...change,
  });
  test.each([
    ['ok', {}, 'took an alert at 2026-11-20T14:29:00.000Z'],
    ['warning', { lastSent: undefined }, 'Nothing was sent'],
    ['warning', { dropped: 3 }, '3 alerts'],
    [
      'warning',
      { failingSince: NOW - MINUTE, error: 'no route' },
      'do not get through to noc@example.com: no route',
    ],
    ['broken', { failingSince: NOW - 20 * MINUTE, error: 'no route' }, 'do not get through'],
  ] as const)('are %s with %j', (expected, change, words) => {
    const found = find({ alerts: [state(change)] as Facts['alerts'] }, 'alerts-email');
    expect(found).toMatchObject({ state: expected, what: expect.stringContaining(words) });
  });
});

test('where every link holds, every finding is ok', () => {
  expect(examine(WELL).filter(({ state }) => state !== 'ok')).toEqual([]);
});

test('a host name in allowed networks that was never looked up is a warning that names it', () => {
  expect(find({ hostNames: { known: 1, unknown: ['ofice.example'] } }, 'networks')).toMatchObject({
    state: 'warning',
    what: expect.stringContaining('ofice.example'),
  });
  expect(find({ hostNames: { known: 2, unknown: [] } }, 'networks')).toMatchObject({ state: 'ok' });
  expect(find({}, 'networks')).toBeUndefined();
});

test('an Asterisk on another host that is told to ask itself is a warning, until calls come through', () => {
  const way = (asteriskHost: string, gateAddress: string) => ({
    way: { asteriskHost, gateAddress },
    calls: 0,
  });
  expect(find(way('192.0.2.9', '127.0.0.1:4580'), 'gate-address')).toMatchObject({
    state: 'warning',
    what: expect.stringContaining('192.0.2.9'),
    cure: expect.stringContaining('[gate] address'),
  });
  for (const fine of [
    way('192.0.2.9', '192.0.2.5:4580'),
    way('localhost', '127.0.0.1:4580'),
    way('::1', '[::1]:4580'),
    { ...way('192.0.2.9', '127.0.0.1:4580'), calls: 1 },
  ]) {
    expect(find(fine, 'gate-address')).toBeUndefined();
  }
});

test('a console that could not be opened is a warning, one that nobody opened is none', () => {
  const failed = find(
    { console: { url: null, failure: 'The console cannot listen: EADDRINUSE' } },
    'console',
  );
  expect(failed).toMatchObject({ state: 'warning', cure: expect.stringContaining('[console]') });
  expect(find({ console: { url: null, failure: null } }, 'console')?.state).toBe('ok');
});

const cases: [what: string, facts: Partial<Facts>, check: string, state: Finding['state'], words: string][] =
  [
    ['an old Node', { node: 'v22.11.0' }, 'node', 'broken', 'v22.11.0'],
    [
      'a configuration that anybody may read',
      { configMode: { found: 0o644 } },
      'config',
      'warning',
      'chmod 0640',
    ],
    [
      'a configuration that anybody may write',
      { configMode: { found: 0o666 } },
      'config',
      'broken',
      'may write',
    ],
    ['a configuration that is gone', { configMode: { why: 'ENOENT' } }, 'config', 'warning', 'ENOENT'],
    [
      'a secret that anybody may read',
      { secretModes: [{ path: '/etc/x.key', mode: { found: 0o644 } }] },
      'secrets',
      'warning',
      'chmod 0640 /etc/x.key',
    ],
    ['no watchdog', { watched: false }, 'watchdog', 'warning', 'supervise'],
    [
      'a log that cannot be written',
      { log: { path: '/x', writable: { why: 'EACCES' } } },
      'log',
      'broken',
      'EACCES',
    ],
    ['a database that is silent', { store: { why: 'no answer' } }, 'database', 'broken', 'no answer'],
    ['a database that fails', store({ failure: 'no space' }), 'database', 'broken', 'no space'],
    ['records given up', store({ dropped: 7 }), 'records', 'warning', '7 records'],
    ['little space', store({ freeBytes: 100e6 }), 'disk', 'warning', '100 MB'],
    ['no space', store({ freeBytes: 1e6 }), 'disk', 'broken', 'Make room'],
    [
      'a replaced database',
      { origin: { kind: 'replaced', setAside: '/d/x.damaged' } },
      'origin',
      'warning',
      '/d/x.damaged',
    ],
    ['an origin nobody told', { origin: undefined }, 'origin', 'skipped', 'not known'],
    [
      'no security events',
      { events: { found: { system: true, security: false, skew: undefined } } },
      'events',
      'broken',
      'its security events',
    ],
    [
      'no events at all',
      { events: { found: { system: false, security: false, skew: undefined } } },
      'events',
      'broken',
      'system and security',
    ],
    [
      'a login that fails',
      { events: { why: 'too many sessions' } },
      'events',
      'warning',
      'too many sessions',
    ],
    ['ARI, where an event came', { events: undefined }, 'events', 'ok', '4 s ago'],
    [
      'a clock that is off',
      { events: { found: { system: true, security: true, skew: 5300 } } },
      'clock',
      'warning',
      '5.3 s',
    ],
    [
      'no extensions',
      { extensions: { ...WELL.extensions, listed: 0 } },
      'extensions',
      'broken',
      '[extensions]',
    ],
    ['no locks', { extensions: { ...WELL.extensions, locked: 0 } }, 'locks', 'warning', '--this-device'],
    [
      'locks not recovered yet',
      { extensions: { ...WELL.extensions, loaded: false } },
      'locks',
      'broken',
      'read back',
    ],
    [
      'contacts never listed',
      { extensions: { ...WELL.extensions, contactsListed: false } },
      'contacts',
      'broken',
      'never listed',
    ],
    [
      'contacts that differ',
      { contacts: { found: { listed: 9, different: ['1001', '1002'] } } },
      'contacts',
      'broken',
      '1001, 1002',
    ],
    [
      'a gate that is silent',
      { answer: { why: 'silent for 1000 ms' } },
      'gate',
      'broken',
      'silent for 1000 ms',
    ],
    [
      'no gate in the dialplan',
      { dialplan: { found: { callerId: [], gate: [] } } },
      'dialplan',
      'broken',
      '#include',
    ],
    [
      'no gate in FreePBX',
      { dialplan: { found: { callerId: ['s@macro-user-callerid 1: NoOp()'], gate: [] } } },
      'dialplan',
      'broken',
      'fwconsole reload',
    ],
    ['a gate nothing calls', { calls: 0 }, 'dialplan', 'warning', 'Call it where your phones'],
    ['a dialplan not shown', { dialplan: { why: 'timeout' } }, 'dialplan', 'warning', 'timeout'],
    [
      'the splice in its place',
      callerId(`s@macro-user-callerid 1(gate): ${GATE}`, 's@macro-user-callerid 2: NoOp()'),
      'dialplan',
      'ok',
      'first line',
    ],
    [
      'the splice too late',
      callerId('s@macro-user-callerid 1: NoOp()', `s@macro-user-callerid 2: ${GATE}`),
      'dialplan',
      'broken',
      'not first',
    ],
    ['the splice displaced', callerId('s@macro-user-callerid 1: NoOp()'), 'dialplan', 'broken', 'override'],
    [
      'AstDB out of step',
      { astdb: { found: { right: 3, wrong: ['LOCK_MODE/1001'] } } },
      'astdb',
      'broken',
      'LOCK_MODE/1001',
    ],
    [
      'no heartbeat',
      { health: { ...HEALTH, astdb: { ...HEALTH.astdb, heartbeatAt: undefined } } },
      'heartbeat',
      'broken',
      'no heartbeat',
    ],
    [
      'an old heartbeat',
      { health: { ...HEALTH, astdb: { ...HEALTH.astdb, heartbeatAt: NOW - 9000 } } },
      'heartbeat',
      'broken',
      '9 s ago',
    ],
  ];

describe('one broken link is one finding', () => {
  test.each(cases)('%s', (_, facts, check, state, words) => {
    const finding = find(facts, check);
    expect(finding?.state).toBe(state);
    expect(`${finding?.what} ${finding?.cure}`).toContain(words);
  });
});

test('whatever is wrong has a cure', () => {
  for (const [what, facts] of cases) {
    for (const { state, cure } of examine({ ...WELL, ...facts })) {
      if (state === 'warning' || state === 'broken') expect(cure, what).toBeTruthy();
    }
  }
});

test('without Asterisk only that is broken; what needs it is skipped', () => {
  const asterisk = { ...HEALTH.asterisk, connected: false };
  const findings = examine({ ...WELL, health: { ...HEALTH, asterisk }, contacts: { why: 'disconnected' } });
  expect(findings.filter(({ state }) => state === 'broken').map(({ check }) => check)).toEqual(['asterisk']);
  expect(findings.filter(({ state }) => state === 'skipped').map(({ check }) => check)).toEqual([
    ...['events', 'clock', 'extensions', 'contacts', 'dialplan', 'astdb', 'heartbeat'],
  ]);
});
