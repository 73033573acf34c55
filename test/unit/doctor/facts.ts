/** Facts of a service where every link holds; a test breaks one. */
import type { ServiceHealth } from '../../../src/api/deps.ts';
import type { Facts } from '../../../src/doctor/facts.ts';

export const NOW = Date.UTC(2026, 10, 20, 14, 30);

export const HEALTH: ServiceHealth = {
  version: '0.1.0',
  node: 'v24.21.0',
  pid: 1,
  started: NOW - 60_000,
  config: '/etc/device-lock/device-lock.toml',
  asterisk: {
    adapter: 'ami',
    connected: true,
    version: '22.10.1',
    since: NOW - 50_000,
    lastEvent: NOW - 4000,
  },
  reactions: { evicted: 0, restored: 0, hungUp: 0, held: 0 },
  gate: { host: '127.0.0.1', port: 4580, answered: 3, faults: 0, p50: 300, p99: 900, connections: 0 },
  astdb: { inStep: true, pending: 0, heartbeatAt: NOW - 700 },
};

export const WELL: Facts = {
  node: 'v24.21.0',
  watched: true,
  health: HEALTH,
  now: NOW,
  configMode: { found: 0o640 },
  secretModes: [{ path: '/etc/device-lock/smtp.password', mode: { found: 0o640 } }],
  events: { found: { system: true, security: true, skew: -3 } },
  extensions: { listed: 12, locked: 8, loaded: true, contactsListed: true },
  contacts: { found: { listed: 11, different: [] } },
  answer: { found: { verdict: 'allow', ms: 1.2 } },
  way: { asteriskHost: '127.0.0.1', gateAddress: '127.0.0.1:4580' },
  calls: 3,
  dialplan: { found: { callerId: [], gate: ['s@device-lock 1: Set(...) [pbx_config]'] } },
  astdb: { found: { right: 40, wrong: [] } },
  store: {
    found: {
      ...{ path: '/var/lib/device-lock/device-lock.db', schema: 1, bytes: 1, freeBytes: 9e9 },
      ...{ pending: 0, dropped: 0, failure: undefined },
    },
  },
  origin: { kind: 'existing' },
  hostNames: { known: 0, unknown: [] },
  alerts: [],
  console: { url: 'http://127.0.0.1:4581/', failure: null },
  log: { path: '/var/log/asterisk/device-lock.log', writable: { found: true } },
};
