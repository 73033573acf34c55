import { describe, expect, test } from 'vitest';
import type { ChannelState } from '../../../src/notify/courier.ts';
import { run } from '../cli/run.ts';
import { alert, NOW } from '../notify/messages.ts';
import { makeRig } from './rig.ts';

const EMAIL: ChannelState = {
  ...{ channel: 'email', target: 'noc@example.com by mail.example:587', severity: 'warning', queued: 2 },
  ...{ sent: 5, givenUp: 0, dropped: 1, lastSent: NOW, failingSince: NOW, nextTry: NOW + 60_000 },
  error: 'Invalid login: 535 \u202eno',
};

const rigWith = (states: readonly ChannelState[], sent = true) =>
  makeRig({
    notifier: {
      states: [...states],
      test: async (only) =>
        states
          .filter(({ channel }) => only === undefined || channel === only)
          .map(({ channel, target }) => ({
            ...{ channel, target, sent, ms: 12 },
            error: sent ? undefined : 'connect ECONNREFUSED',
          })),
    },
  });

describe('alerts', () => {
  test('are listed with their channels, and by the command without a character that harms a terminal', async () => {
    await using rig = await rigWith([EMAIL]);
    rig.store.putDelivery({
      ...{ alert: alert({ id: 'a1' }), channel: 'email', state: 'failed', attempts: 3 },
      ...{ error: 'dropped: too many waited', settledAt: NOW },
    });
    const { body } = await rig.ask('GET', '/v1/alerts?limit=10');
    expect(body).toMatchObject({
      channels: [{ channel: 'email', queued: 2, failingSince: '2026-11-20T14:30:00.000Z' }],
      troubles: [],
      alerts: [
        { id: 'a1', state: 'failed', settledAt: '2026-11-20T14:30:00.000Z', data: { extension: '1001' } },
      ],
    });
    const { code, out } = await run(['alerts'], { configPath: rig.configPath });
    expect(code).toBe(0);
    expect(out).toContain('email to noc@example.com by mail.example:587');
    expect(out).toMatch(/from warning on.*2 waiting, 1 dropped/);
    expect(out.replace(/\s+/g, ' ')).toContain('Invalid login: 535 \\u{202e}no');
    expect(out.replace(/\s+/g, ' ')).toContain('another device has registered (dropped: too many waited)');
  });

  test('that nobody gets are said to be got by nobody', async () => {
    await using rig = await rigWith([]);
    expect((await run(['alerts', 'list'], { configPath: rig.configPath })).out).toContain('Nobody is told');
    const { code, err } = await run(['alerts', 'test', '--channel', 'email'], { configPath: rig.configPath });
    expect([code, err]).toEqual([1, expect.stringContaining('The channel email is not configured')]);
  });
});

describe('a test of the channels', () => {
  test('says of each whether it arrived, and exits 1 where one did not', async () => {
    await using well = await rigWith([EMAIL]);
    const sent = await run(['alerts', 'test'], { configPath: well.configPath });
    expect([sent.code, sent.out]).toEqual([0, 'sent  email to noc@example.com by mail.example:587, 12 ms\n']);
    await using ill = await rigWith([EMAIL], false);
    const failed = await run(['alerts', 'test', '--json'], { configPath: ill.configPath });
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.out)).toMatchObject({
      results: [{ sent: false, error: 'connect ECONNREFUSED' }],
    });
  });

  test('is of a channel that there is', async () => {
    await using rig = await rigWith([EMAIL]);
    expect((await rig.ask('POST', '/v1/alerts/test', { channel: 'pigeon' })).status).toBe(400);
    expect((await rig.ask('POST', '/v1/alerts/test', { channel: 'webhook' })).status).toBe(409);
    expect((await rig.ask('GET', '/v1/alerts?limit=0')).status).toBe(400);
  });
});

test('the figures are printed as they are', async () => {
  await using rig = await rigWith([EMAIL]);
  const { code, out } = await run(['metrics'], { configPath: rig.configPath });
  expect(code).toBe(0);
  expect(out).toContain('# TYPE device_lock_violations_open gauge\ndevice_lock_violations_open 0\n');
});
