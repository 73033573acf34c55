import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventLog } from '../../../src/log/event-log.ts';
import { Buckets } from '../../../src/metrics/buckets.ts';
import { gauge, render } from '../../../src/metrics/exposition.ts';
import { Tallies } from '../../../src/metrics/tallies.ts';
import type { ChannelState } from '../../../src/notify/courier.ts';
import { makeRig, type Rig, THIEF } from '../api/rig.ts';
import { call, violation } from '../store/records.ts';
import { parseMetrics } from './parse.ts';

const logger = { debug() {}, info() {}, warn() {}, error() {} };

async function scrape(rig: Rig): Promise<{ text: string; type: string }> {
  return await new Promise((resolve, reject) => {
    request({ socketPath: rig.socket, path: '/v1/metrics' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ text, type: response.headers['content-type'] ?? '' }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the figures', () => {
  test('are read by whoever reads the text format strictly, with what happened in them', async () => {
    await using rig = await makeRig({
      notifier: { states: [CHANNEL], test: async () => [] },
    });
    await rig.ask('PUT', '/v1/extensions/1001/policy', {
      alternatives: [{ kind: 'model', model: 'yealink-t4' }],
    });
    rig.register('1001', [THIEF, '192.0.2.9:5060']);
    const { text, type } = await scrape(rig);
    expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
    const families = parseMetrics(text);
    const value = (family: string, series = family) => families.get(family)?.samples.get(series);
    expect(value('device_lock_violations_open')).toBe(1);
    expect(value('device_lock_contacts', 'device_lock_contacts{device="wrong"}')).toBe(1);
    expect(value('device_lock_extensions_locked')).toBe(1);
    const opened = 'device_lock_violations_opened_total';
    expect(value(opened, `${opened}{reason="wrong-device"}`)).toBe(1);
    expect(value('device_lock_alerts_queued', 'device_lock_alerts_queued{channel="email"}')).toBe(3);
    expect(value('device_lock_asterisk_connected')).toBe(1);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  test('name no device and no extension, whatever these are called', async () => {
    await using rig = await makeRig();
    await rig.ask('PUT', '/v1/extensions/1001/policy', {
      alternatives: [{ kind: 'model', model: 'yealink-t4' }],
    });
    rig.register('1001', ['evil"} 1\nfake_metric 1', '192.0.2.9:5060']);
    const { text } = await scrape(rig);
    expect(text).not.toMatch(/evil|fake_metric|1001|192\.0\.2/);
  });

  test('are all that the dashboard asks for, and the dashboard shows all of them', async () => {
    await using rig = await makeRig({ notifier: { states: [CHANNEL], test: async () => [] } });
    rig.events.violation('ended', violation({ ended: { at: 1, how: 'matched' } }));
    rig.events.violation('opened', violation());
    rig.tallies.judged({
      ...{ verdict: { kind: 'allow', reason: 'matches' }, extension: '1', role: 'caller', mode: 'enforce' },
    });
    const known = [...parseMetrics((await scrape(rig)).text).keys()];
    const file = new URL('../../../data/grafana/device-lock.json', import.meta.url);
    const { panels } = JSON.parse(readFileSync(file, 'utf8')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    const asked = panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => expr.match(/\b(?:device_lock|process)_[a-z_]+/g) ?? []),
    );
    const names = new Set(asked.map((name) => name.replace(/_bucket$/, '')));
    expect([...names].toSorted()).toEqual(known.toSorted());
  });
});

const CHANNEL: ChannelState = {
  ...{ channel: 'email', target: 'noc@example.com', severity: 'warning', queued: 3 },
  ...{ sent: 1, givenUp: 0, dropped: 0, lastSent: undefined, failingSince: undefined },
  ...{ error: undefined, nextTry: undefined },
};

describe('what happens is counted', () => {
  test('by verdict, reason and mode; by outcome; by how it ended', () => {
    const tallies = new Tallies();
    const events = new EventLog(logger, () => 0);
    tallies.listen(events);
    for (const mode of ['enforce', 'enforce', 'monitor'] as const) {
      tallies.judged({
        ...{ verdict: { kind: 'deny', reason: 'wrong-device' }, extension: '1', role: 'caller', mode },
      });
    }
    for (let n = 0; n < 100; n++) events.call(call({ outcome: 'refused' }));
    events.violation('counted', violation());
    events.violation('ended', violation({ ended: { at: 1, how: 'evicted' } }));
    const text = render(tallies.families());
    parseMetrics(text);
    const judged = 'device_lock_calls_judged_total{verdict="deny",reason="wrong-device"';
    expect(text).toContain(`${judged},mode="enforce"} 2\n`);
    expect(text).toContain(`${judged},mode="monitor"} 1\n`);
    // Also those that the log had no more room for.
    expect(text).toContain('device_lock_calls_recorded_total{outcome="refused"} 100\n');
    expect(text).toContain('device_lock_calls_recorded_total{outcome="emergency"} 0\n');
    expect(text).toContain('device_lock_violations_ended_total{how="evicted"} 1\n');
    expect(text).toContain('device_lock_events_total{event="call-refused"} 30\n');
  });

  test('a histogram has every value in its bucket and in all above', () => {
    const values = fc.array(fc.double({ min: 0, max: 10, noNaN: true }));
    fc.assert(
      fc.property(values, (seconds) => {
        const buckets = new Buckets([0.001, 0.1, 1]);
        for (const one of seconds) buckets.record(one);
        const family = parseMetrics(render([buckets.family('h_seconds', 'x')])).get('h_seconds');
        for (const bound of [0.001, 0.1, 1]) {
          const expected = seconds.filter((one) => one <= bound).length;
          expect(family?.samples.get(`h_seconds_bucket{le="${bound}"}`)).toBe(expected);
        }
        expect(family?.samples.get('h_seconds_count')).toBe(seconds.length);
      }),
    );
  });
});

test('any text in a label or a help is one that the format can say', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (label, help) => {
      const text = render([gauge('x', help.replaceAll('\r', ''), [{ labels: { a: label }, value: 1 }])]);
      expect([...parseMetrics(text).keys()]).toEqual(['x']);
    }),
  );
});
