/** The gate's dialplan on real Asterisks: what it asks, what it does with the answer, and whom it never asks about. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AsteriskVersion } from '../lab/cache.ts';
import { until } from '../lab/until.ts';
import { GateScene } from './gate-scene.ts';

const OUTSIDE = '90015550100';
const FROM_CUSTOM_CONTEXT = '80015550100';
const EXTENSION = '1002';
const FEATURE_CODE = '*65';

const HOSTILE: Readonly<Record<string, Buffer>> = {
  'a phone': Buffer.from('Yealink SIP-T46U 108.86.0.20'),
  'quotes, commas and separators': Buffer.from(`a"b',c;d|e/f?g&h=i#j`),
  'parentheses that do not close': Buffer.from('((a(b)'),
  'parentheses that were never opened': Buffer.from('a))b)'),
  'variables, functions and expressions': Buffer.from(`$\{EXTEN} $\{SHELL(id)} $[1/0] }}{{ ][`),
  backslashes: Buffer.from('\\a\\\\b\\,\\'),
  'percent signs': Buffer.from('%41%zz%'),
  'other alphabets': Buffer.from('Télé 電話 📞'),
  'bytes that are no UTF-8': Buffer.from([0x41, 0xff, 0xfe, 0x80, 0x42]),
  'control characters': Buffer.from([0x41, 0x01, 0x1b, 0x5b, 0x32, 0x4a, 0x7f, 0x09, 0x42]),
  'the longest that can match': Buffer.alloc(512, 0xfe),
  'one byte more': Buffer.alloc(513, 'x'),
  'four thousand bytes': Buffer.alloc(4000, '('),
};

describe.each<AsteriskVersion>(['22', '16'])('the gate on Asterisk %s', (version) => {
  let scene: GateScene;
  beforeAll(async () => {
    scene = await GateScene.open(version);
  });
  beforeEach(() => scene.reset());
  afterAll(() => scene[Symbol.asyncDispose]());

  describe('asks', () => {
    test('who calls whom, from where, with which device, before a call goes out', async () => {
      const [first, second] = await scene.ask(OUTSIDE, { callId: 'one@here' });
      const { ip, port } = scene.desk.address;
      expect(first).toMatchObject({
        endpoint: '1001',
        agentLength: '12',
        agent: Buffer.from('Desk phone 1'),
        address: `${ip}:${port}`,
        callId: Buffer.from('one@here'),
        dialled: OUTSIDE,
        transferer: '',
        forwarder: '',
      });
      expect(first?.parts.slice(0, 2)).toEqual(['check', '1']);
      expect(first?.parts).toHaveLength(13);
      // At the trunk it is asked again, as the same call.
      expect(second).toEqual(first);
    });

    test.each([EXTENSION, FEATURE_CODE, FROM_CUSTOM_CONTEXT])('before a call to %s', async (number) => {
      expect(await scene.ask(number)).toMatchObject([{ endpoint: '1001', dialled: number }]);
    });

    test.each(Object.entries(HOSTILE))('with the User-Agent as it came: %s', async (_, agent) => {
      for (const number of [FEATURE_CODE, EXTENSION]) {
        const options = { userAgent: agent, callId: `a((b"c,${agent.length}${number.length}` };
        expect(await scene.ask(number, options)).toMatchObject([
          {
            agentLength: String(agent.length),
            agent: agent.subarray(0, 512),
            callId: Buffer.from(options.callId),
            dialled: number,
          },
        ]);
      }
    });

    test('about a call without a User-Agent, or with one too long to be read', async () => {
      for (const userAgent of [null, Buffer.alloc(4200, 'x')]) {
        expect(await scene.ask(FEATURE_CODE, { userAgent })).toMatchObject([
          { endpoint: '1001', agentLength: '0', agent: Buffer.alloc(0) },
        ]);
      }
    });

    test('nobody where no phone is behind the call', async () => {
      await scene.lab.rasterisk(`channel originate Local/${OUTSIDE}@from-internal application Wait 1`);
      await until('the carrier was called', 5000, async () =>
        (await scene.lab.rasterisk('core show channels concise')).includes('PJSIP/carrier-'),
      );
      expect(scene.answerer.take()).toEqual([]);
    });
  });

  describe('where the answer is allow', () => {
    test.each([OUTSIDE, EXTENSION, FEATURE_CODE, FROM_CUSTOM_CONTEXT])(
      'a call to %s gets through and its CDR holds nothing of Device Lock',
      async (number) => {
        expect(await scene.call(number)).toMatchObject({ status: 200 });
        expect(await scene.cdrOf({ dst: number })).toMatchObject({ disposition: 'ANSWERED', userfield: '' });
      },
    );

    test("a call keeps the caller's own time limit", async () => {
      const call = await scene.desk.invite('*66');
      expect(call.status).toBe(200);
      expect(await call.ended).toBe('remote');
    });
  });

  describe('where the answer is deny', () => {
    test.each([OUTSIDE, EXTENSION])(
      'a caller to %s hears the prompt as early media and gets 403',
      async (number) => {
        scene.answerer.behaviour = { verdict: 'deny:wrong-device' };
        const call = await scene.call(number);
        expect(call).toMatchObject({ status: 403, provisional: [100, 183] });
        expect(call.rtpPackets).toBeGreaterThan(100);
        expect(await scene.cdrOf({ dst: number, userfield: 'device-lock:wrong-device' })).toMatchObject({
          disposition: 'NO ANSWER',
        });
        expect(scene.answerer.take()).toHaveLength(1);
      },
    );

    test.each([OUTSIDE, EXTENSION, FEATURE_CODE, FROM_CUSTOM_CONTEXT])(
      'a call to %s is refused without a prompt where the answer says so',
      async (number) => {
        scene.answerer.behaviour = { verdict: 'deny:not-registered:plain' };
        expect(await scene.call(number)).toMatchObject({ status: 403, provisional: [100] });
        await scene.cdrOf({ dst: number, userfield: 'device-lock:not-registered' });
      },
    );

    test('nobody hears the prompt where the setting says so', async () => {
      await scene.put('SETTING/refusal', 'plain');
      scene.answerer.behaviour = { verdict: 'deny:no-user-agent' };
      expect(await scene.call(OUTSIDE)).toMatchObject({ status: 403, provisional: [100] });
      await scene.cdrOf({ dst: OUTSIDE, userfield: 'device-lock:no-user-agent' });
    });

    test('a call that was answered before the gate is hung up', async () => {
      scene.answerer.behaviour = { verdict: 'deny:wrong-device' };
      const call = await scene.desk.invite('*43');
      expect(call.status).toBe(200);
      expect(await call.ended).toBe('remote');
      const cdr = await scene.cdrOf({ userfield: 'device-lock:wrong-device' });
      expect(cdr).toMatchObject({ disposition: 'ANSWERED', lastapp: 'Hangup' });
    });
  });

  describe('lets an emergency call pass', () => {
    beforeEach(() => {
      scene.answerer.behaviour = { verdict: 'deny:wrong-device' };
    });

    test.each(['911', '112', '933'])('to %s, and asks nobody', async (number) => {
      expect(await scene.call(number)).toMatchObject({ status: 200 });
      expect(scene.answerer.take()).toEqual([]);
      await scene.cdrOf({ dst: number, userfield: 'device-lock:emergency' });
      const { ip, port } = scene.desk.address;
      const [entry] = [...(await scene.journal()).values()];
      expect(entry).toMatch(/^\d{10}\|/);
      expect(entry?.split('|').slice(1)).toEqual(['emergency', '1001', number, `${ip}:${port}`]);
    });

    test("to a number of the site's own, on its emergency route", async () => {
      expect(await scene.call('999')).toMatchObject({ status: 200 });
      expect(scene.answerer.take()).toEqual([]);
    });

    test('on an emergency route that never passes the first gate', async () => {
      expect(await scene.call('771')).toMatchObject({ status: 200 });
      expect(scene.answerer.take()).toEqual([]);
    });

    test('also while the service hangs, without a wait', async () => {
      scene.answerer.behaviour = 'silent';
      expect((await scene.call('911')).ms).toBeLessThan(390);
    });

    test.each(['9911', '9112', '9,911', '911,1', '9a1b1', '9(911', '9%22911%22', '911%261'])(
      'but not one to %s, which is none',
      async (number) => {
        scene.answerer.behaviour = { verdict: 'deny:wrong-device:plain' };
        const { host, port } = scene.lab.sip;
        const call = await scene.call(`sip:${number}@${host}:${port}`);
        expect(call.status).toBeGreaterThanOrEqual(400);
        expect(await scene.journal()).toEqual(new Map());
      },
    );

    test('and keeps at most one entry a second of an extension that calls again and again', async () => {
      const begun = Date.now();
      for (let i = 0; i < 20; i++) await scene.call('911');
      const seconds = Math.floor((Date.now() - begun) / 1000) + 2;
      expect((await scene.journal()).size).toBeLessThanOrEqual(Math.min(seconds, 20));
    });
  });
});
