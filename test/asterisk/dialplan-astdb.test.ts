/** The gate's dialplan on real Asterisks: what AstDB lets pass and refuses where the service gives no answer. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AsteriskVersion } from '../lab/cache.ts';
import { epoch, GateScene } from './gate-scene.ts';

const OUTSIDE = '90015550100';
const FEATURE_CODE = '*65';

describe.each<AsteriskVersion>(['22', '16'])(
  'without an answer, AstDB on Asterisk %s decides:',
  (version) => {
    let scene: GateScene;
    beforeAll(async () => {
      scene = await GateScene.open(version);
    });
    beforeEach(async () => {
      await scene.reset();
      scene.answerer.behaviour = 'closed';
      await scene.put('LOCK_MODE/1001', 'device');
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    const statusOf = async (options: { userAgent?: Buffer | string | null } = {}) =>
      (await scene.call(FEATURE_CODE, options)).status;
    const token = (userAgent: Buffer | string, ip = '127.0.0.1') =>
      createHash('sha1').update(userAgent).update(`|${ip}`).digest('hex');

    test('a locked extension passes', async () => {
      expect(await statusOf()).toBe(200);
    });

    test('one with an open violation is refused, and the refusal is written down', async () => {
      await scene.put('VIOLATION/1001', '1');
      expect(await scene.call(OUTSIDE)).toMatchObject({ status: 403, provisional: [100] });
      await scene.cdrOf({ dst: OUTSIDE, userfield: 'device-lock:flagged' });
      const [[key, value] = ['', '']] = [...(await scene.journal())];
      expect(key).toMatch(/^1001\/deny:flagged\/[0-5]\d[0-5]\d$/);
      const { ip, port } = scene.desk.address;
      expect(value.split('|').slice(1)).toEqual(['deny:flagged', '1001', OUTSIDE, `${ip}:${port}`]);
    });

    test('the phone with a good token passes beside an open violation, another does not', async () => {
      await scene.put('VIOLATION/1001', '1');
      await scene.put(`PASS/1001/${token('Desk phone 1')}`, String(epoch() + 60));
      expect(await statusOf()).toBe(200);
      expect(await statusOf({ userAgent: 'desk phone 1' })).toBe(403);
      expect(await statusOf({ userAgent: null })).toBe(403);
    });

    test('a token that is over, or of another address, lets nobody pass', async () => {
      await scene.put('VIOLATION/1001', '1');
      await scene.put(`PASS/1001/${token('Desk phone 1')}`, String(epoch() - 1));
      await scene.put(`PASS/1001/${token('Desk phone 1', '127.0.0.2')}`, String(epoch() + 60));
      expect(await statusOf()).toBe(403);
    });

    test.each([
      Buffer.from(`a"b',c;d|e/f((g)h\\i%41`),
      Buffer.from('$\u007bEXTEN} Télé 電話'),
      Buffer.from([0x41, 0xff, 0x01, 0x80]),
      Buffer.alloc(512, '('),
    ])('a token is of the very bytes of the User-Agent', async (userAgent) => {
      await scene.put('SETTING/when-unavailable', 'deny');
      expect(await statusOf({ userAgent })).toBe(403);
      await scene.put(`PASS/1001/${token(userAgent)}`, String(epoch() + 60));
      expect(await statusOf({ userAgent })).toBe(200);
    });

    test('where the setting is deny, only a good token passes a locked extension', async () => {
      await scene.put('SETTING/when-unavailable', 'deny');
      expect(await scene.call(OUTSIDE)).toMatchObject({ status: 403, provisional: [100] });
      await scene.cdrOf({ dst: OUTSIDE, userfield: 'device-lock:unavailable' });
      await scene.put(`PASS/1001/${token('Desk phone 1')}`, String(epoch() + 60));
      expect(await statusOf()).toBe(200);
    });

    test.each(['none', ''])(
      'where the setting is deny, an extension with the lock "%s" passes',
      async (lock) => {
        await scene.put('SETTING/when-unavailable', 'deny');
        await (lock === ''
          ? scene.lab.rasterisk('database del CUSTOMLOCK LOCK_MODE/1001')
          : scene.put('LOCK_MODE/1001', lock));
        expect(await statusOf()).toBe(200);
      },
    );

    test('an extension that is only monitored passes', async () => {
      await scene.put('SETTING/when-unavailable', 'deny');
      await scene.put('VIOLATION/1001', '1');
      await scene.put('MONITOR/1001', '1');
      expect(await statusOf()).toBe(200);
    });

    test('an answer of unknown leaves it to AstDB and is no silence', async () => {
      scene.answerer.behaviour = { verdict: 'unknown:contacts-not-listed' };
      expect(await statusOf()).toBe(200);
      await scene.put('VIOLATION/1001', '1');
      expect(await statusOf()).toBe(403);
      expect(scene.answerer.take()).toHaveLength(2);
    });

    test('a flagged phone behind the call refuses it as well', async () => {
      await scene.put('VIOLATION/1003', '1');
      scene.third.onInvite = () => ({ redirect: OUTSIDE });
      expect((await scene.call('1003')).status).toBeGreaterThanOrEqual(400);
      expect([...(await scene.journal()).keys()][0]).toMatch(/^1003\/deny:flagged\//);
      scene.third.onInvite = () => 'answer';
    });

    test('an emergency call passes even so', async () => {
      await scene.put('VIOLATION/1001', '1');
      expect((await scene.call('112')).status).toBe(200);
    });
  },
);
