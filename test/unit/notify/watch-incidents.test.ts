import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Alert } from '../../../src/domain/alert.ts';
import { identify } from '../../../src/domain/identify.ts';
import { DEFAULT_SETTINGS } from '../../../src/domain/policy.ts';
import type { Violation } from '../../../src/domain/violation.ts';
import { EventLog } from '../../../src/log/event-log.ts';
import { type WatchOptions, watchIncidents } from '../../../src/notify/watch-incidents.ts';
import { call, violation } from '../store/records.ts';
import { NOW } from './messages.ts';

let told: Alert[];
let logged: string[];
let events: EventLog;

beforeEach(() => {
  [told, logged] = [[], []];
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error: (_: object, message: string) => void logged.push(message),
  };
  events = new EventLog(logger, () => NOW);
});

afterEach(() => vi.useRealTimers());

const around: Pick<WatchOptions, 'label' | 'lockInForce'> = {
  label: (extension) => (extension === '100' ? 'Reception' : undefined),
  lockInForce: () => ({
    ...{ ...DEFAULT_SETTINGS, source: 'own', grants: [] },
    lock: { alternatives: [{ kind: 'model', model: 'yealink-t4' }] },
  }),
};

function watch(change: Partial<WatchOptions> = {}): () => void {
  return watchIncidents(events, {
    ...{ tell: (alert) => told.push(alert), identify, now: () => NOW, open: [], emergencyCalls: true },
    ...{ costly: ['00', '+'], againAfter: 3_600_000 },
    ...around,
    logger: { debug() {}, info() {}, warn() {}, error: (_, message) => void logged.push(message) },
    ...change,
  });
}

const sees = (change: 'opened' | 'counted', of: Partial<Violation> = {}) =>
  events.violation(change, violation({ registers: 1, ...of }));

describe('a wrong device', () => {
  test('makes one alert, with what a person needs', () => {
    watch();
    sees('opened', { userAgent: { kind: 'text', text: 'Zoiper v5.6.5' } });
    for (let n = 0; n < 50; n++)
      sees('counted', { registers: n, userAgent: { kind: 'text', text: 'Zoiper v5.6.5' } });
    expect(told).toMatchObject([
      {
        ...{ kind: 'violation', severity: 'warning' },
        title: 'Extension 100 (Reception): another device has registered',
        data: {
          ...{ extension: '100', label: 'Reception', userAgent: 'Zoiper v5.6.5', vendor: 'Zoiper' },
          ...{
            address: '[2001:db8::1]:40000',
            transport: 'tcp',
            lock: 'model yealink-t4',
            reason: 'wrong-device',
          },
        },
      },
    ]);
    expect(told[0]?.actions.join('\n')).toContain('device-lock clear 100');
  });

  test('makes another when it calls, and another when it calls abroad', () => {
    watch();
    sees('opened');
    sees('counted', { calls: 1, dialled: '5551234' });
    sees('counted', { calls: 2, dialled: '5551234' });
    sees('counted', { calls: 3, dialled: '0044123' });
    sees('counted', { calls: 4, dialled: '+44' });
    expect(told.map(({ kind, severity, data }) => [kind, severity, data['stopped']])).toEqual([
      ['violation', 'warning', 'nothing yet: its calls will be refused'],
      ['call', 'warning', '1 call'],
      ['costly-call', 'warning', '3 calls'],
    ]);
  });

  test('that was evicted makes one alert, which says what was done, and is not called "this device"', () => {
    vi.useFakeTimers();
    const { lockInForce } = around;
    watch({ lockInForce: (extension) => ({ ...lockInForce(extension), evict: true, hangUp: true }) });
    sees('opened', { id: 7 });
    for (const [event, id] of [
      ['evicted', 7],
      ['restored', 7],
      ['evicted', 8],
      ['hung-up', 7],
    ] as const)
      events.note(event, { extension: '100', violation: id, count: 1 });
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(told).toHaveLength(1);
    expect(told[0]?.data['stopped']).toBe(
      "its registration was removed; the phone's own was put back; 1 call in progress ended",
    );
    expect(told[0]?.actions.join('\n')).toContain('device-lock enrol 100');
    expect(told[0]?.actions.join('\n')).not.toContain('--this-device');
  });

  test('that nothing could be done against is told all the same, also where the service ends', () => {
    const { lockInForce } = around;
    const stop = watch({ lockInForce: (extension) => ({ ...lockInForce(extension), evict: true }) });
    sees('opened');
    expect(told).toEqual([]);
    stop();
    expect(told.map(({ data }) => data['stopped'])).toEqual(['nothing yet: its calls will be refused']);
  });

  test('that calls abroad in monitor is critical: nothing stops it', () => {
    watch();
    sees('opened', { mode: 'monitor', calls: 1, dialled: '0044' });
    expect(told).toMatchObject([{ kind: 'costly-call', severity: 'critical' }]);
    expect(told[0]?.title).toContain('nothing stops it in monitor');
    expect(told[0]?.actions.at(-1)).toContain('device-lock lock 100 --mode enforce');
  });

  test('that was there before the restart was told of then', () => {
    watch({ open: [violation({ lastSeen: NOW - 1000 })] });
    sees('counted');
    expect(told).toEqual([]);
  });
});

describe('a call', () => {
  test('to an emergency number is critical, each of them, where that is wanted', () => {
    watch();
    for (const linkedId of ['1.1', '1.2'])
      events.call(call({ outcome: 'emergency', dialled: '911', linkedId }));
    expect(told).toMatchObject([{ kind: 'emergency-call', severity: 'critical' }, {}]);
    expect(told[0]?.title).toBe('Emergency call: Extension 100 (Reception) dialled 911');
  });

  test('to an emergency number is nobody’s business where it is not', () => {
    watch({ emergencyCalls: false });
    events.call(call({ outcome: 'emergency', dialled: '911' }));
    expect(told).toEqual([]);
  });

  test('that the dialplan refused by itself is told once', () => {
    watch();
    for (const linkedId of ['1.1', '1.2'])
      events.call(call({ outcome: 'refused-unanswered', linkedId, dialled: '5551234' }));
    expect(told).toMatchObject([{ kind: 'call' }]);
    expect(told[0]?.title).toContain('while the service did not answer');
  });

  test('that was refused is told by its violation alone', () => {
    watch();
    events.call(call({ outcome: 'refused' }));
    expect(told).toEqual([]);
  });
});

test('a notice is told a few times an hour of the same, and harms nobody where it cannot be made', () => {
  watch();
  for (let n = 0; n < 10; n++) events.note('locks-recovered', { extensions: 7 });
  events.note('constructor', {});
  expect(told.map(({ title }) => title)).toEqual(
    Array.from({ length: 3 }, () => 'The database was new or lost: 7 locks were read from AstDB'),
  );
  watch({
    tell: () => {
      throw new Error('full');
    },
  });
  sees('opened');
  expect(logged).toEqual(['an alert could not be made; this is a fault: report it']);
});
