/** What is normal for a phone, by real REGISTERs and calls: its first device, its next firmware, its networks. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AuditView, ExtensionView } from '../../src/api/shapes.ts';
import { path, query } from '../../src/cli/client.ts';
import { until } from '../lab/until.ts';
import { AT_DESK, AT_THIEF, DESK_PHONE, ELSEWHERE, OUTSIDE, Scene, statusOf } from './scene.ts';

const NEWER = 'Yealink SIP-T46U 108.86.0.90';
const WITH_MAC = 'Fanvil X6U-V2 2.12.16.18 0c383e32a7cb';
const WITH_MAC_NEWER = 'Fanvil X6U-V2 2.12.17.2 0c383e32a7cb';
const SOON_MS = 10_000;

describe.each(['22', '16'] as const)('Asterisk %s', (version) => {
  let scene: Scene;
  beforeAll(async () => {
    // Without the spoken refusal, which takes five seconds each.
    scene = await Scene.open(version, { gate: { refusal: 'plain' } });
  });
  afterEach(() => scene?.tidy());
  afterAll(() => scene?.[Symbol.asyncDispose]());

  describe('first use', () => {
    it('locks an extension to the first device that registers, and refuses the next', async () => {
      await scene.policy('1001', { firstUse: true });
      const phone = await scene.registered('1001', DESK_PHONE);
      await lockedTo('1001', DESK_PHONE);
      expect(await statusOf(phone)).toBe(200);
      expect(await statusOf(await scene.thief('1001', 'Zoiper rv2.10'))).toBe(403);
      expect((await audit('1001'))[0]).toMatchObject({ who: 'first-use', action: 'lock' });
    });

    it('locks to no attack tool, and to none of two devices, and says so', async () => {
      await scene.policy('1004', { firstUse: true });
      await scene.registeredThief('1004');
      await announced('first-use-declined', { extension: '1004', why: 'attack-tool' });
      await scene.registered('1011', DESK_PHONE);
      await scene.registered('1011', 'Zoiper rv2.10', { at: ELSEWHERE });
      await scene.knows('1011', DESK_PHONE, 'Zoiper rv2.10');
      await scene.policy('1011', { firstUse: true });
      await scene.registered('1011', DESK_PHONE);
      await announced('first-use-declined', { extension: '1011', why: 'several-devices' });
      expect((await view('1011')).lock.source).toBe('none');
    });
  });

  describe('a newer firmware', () => {
    it('is followed at once where the phone was, and the old one is refused from then on', async () => {
      await follows('1002', DESK_PHONE);
      const before = await scene.registered('1002', DESK_PHONE);
      await scene.knows('1002', DESK_PHONE);
      const updated = await scene.phone('1002', NEWER);
      const { status } = await updated.register();
      const call = await updated.invite(OUTSIDE);
      await call.hangup();
      expect([status, call.status]).toEqual([200, 200]);
      await lockedTo('1002', NEWER);
      expect(await statusOf(updated)).toBe(200);
      expect(await statusOf(before)).toBe(403);
      expect((await scene.violations('1002')).map(({ by }) => by)).toEqual([['INVITE']]);
      expect((await audit('1002'))[0]).toMatchObject({ who: 'firmware-drift' });
      await updated.register({ expires: 0 });
    });

    it('claimed by a thief elsewhere is refused, moves nothing, and does not silence the phone', async () => {
      await follows('1003', WITH_MAC);
      const phone = await scene.registered('1003', WITH_MAC);
      await scene.knows('1003', WITH_MAC);
      const thief = await scene.registeredThief('1003', WITH_MAC_NEWER);
      expect(await statusOf(thief)).toBe(403);
      await scene.knows('1003', WITH_MAC_NEWER);
      expect(await statusOf(thief)).toBe(403);
      expect(await statusOf(phone)).toBe(200);
      expect((await view('1003')).lock.alternatives).toEqual([{ kind: 'device', userAgent: WITH_MAC }]);
    });

    it('is refused and said where that is wanted, until it is accepted', async () => {
      await scene.lockTo('1002', DESK_PHONE);
      await scene.policy('1002', { firmwareDrift: 'notify' });
      await scene.registered('1002', DESK_PHONE);
      await scene.knows('1002', DESK_PHONE);
      const updated = await scene.registered('1002', NEWER);
      await scene.knows('1002', NEWER);
      expect(await statusOf(updated)).toBe(403);
      await announced('looks-like-firmware-update', { extension: '1002', device: NEWER });
      expect((await scene.service.run('show', '1002')).stdout).toContain('lock 1002 --this-device --add');
      await scene.service.json('lock', '1002', '--this-device', '--add');
      expect(await statusOf(updated)).toBe(200);
    });
  });

  describe('networks', () => {
    it('refuse the right phone from outside, by REGISTER and by call, but no emergency call', async () => {
      await scene.lockTo('1005', DESK_PHONE);
      await scene.service.json('lock', '1005', '--network', `${AT_DESK}/32`, '--network', '192.0.2.0/24');
      expect(await statusOf(await scene.phone('1005', DESK_PHONE, { at: ELSEWHERE }), '900441')).toBe(403);
      expect((await scene.cdrOf('900441')).userfield).toBe('device-lock:wrong-network');
      const within = await scene.registered('1005', DESK_PHONE);
      await scene.knows('1005', DESK_PHONE);
      expect(await statusOf(within)).toBe(200);
      expect(await tokens('1005')).toBe(1);
      const outside = await scene.registeredThief('1005', DESK_PHONE);
      await until('a violation', SOON_MS, async () =>
        (await scene.violations('1005')).some(({ by }) => by.includes('REGISTER')),
      );
      expect(await statusOf(outside)).toBe(403);
      expect(await statusOf(outside, '911')).toBe(200);
      expect(await statusOf(within)).toBe(200);
      expect((await scene.violations('1005')).map(({ reason }) => reason)).toEqual([
        'wrong-network',
        'wrong-network',
      ]);
    });

    it("may be a host's name, are not asked for while it is unknown, and are checked when saved", async () => {
      await scene.lockTo('1012', DESK_PHONE);
      const elsewhere = await scene.phone('1012', DESK_PHONE, { at: AT_THIEF });
      await scene.policy('1012', { networks: ['localhost', 'unknown.invalid'] });
      await announced('name-resolved', { name: 'localhost' });
      expect(await statusOf(elsewhere)).toBe(200);
      await scene.policy('1012', { networks: ['localhost'] });
      expect(await statusOf(elsewhere)).toBe(403);
      expect(await statusOf(await scene.phone('1012', DESK_PHONE, { at: '127.0.0.1' }))).toBe(200);
      const wrong = await scene.service.run('lock', '1012', '--network', '127.0.0.21/24');
      expect(wrong).toMatchObject({ code: 1 });
      expect(wrong.stderr).toContain('or 127.0.0.0/24');
    });
  });

  function follows(extension: string, userAgent: string): Promise<void> {
    return scene.policy(extension, {
      alternatives: [{ kind: 'device', userAgent }],
      firmwareDrift: 'follow',
    });
  }

  function view(extension: string): Promise<ExtensionView> {
    return scene.service.api.get<ExtensionView>(path('extensions', extension));
  }

  function lockedTo(extension: string, userAgent: string): Promise<void> {
    return until(`${extension} is locked to ${userAgent}`, SOON_MS, async () => {
      const { lock } = await view(extension);
      const [only] = lock.alternatives;
      return lock.source === 'own' && only?.kind === 'device' && only.userAgent === userAgent;
    });
  }

  async function audit(target: string): Promise<AuditView[]> {
    const found = await scene.service.api.get<{ audit: AuditView[] }>(path('audit') + query({ target }));
    return found.audit;
  }

  function announced(event: string, fields: object): Promise<void> {
    return until(`announced: ${event}`, SOON_MS, async () => {
      const wanted = Object.entries({ event, ...fields });
      return (await scene.service.log()).some((line) => wanted.every(([key, value]) => line[key] === value));
    });
  }

  async function tokens(extension: string): Promise<number> {
    const shown = await scene.lab.rasterisk(`database show CUSTOMLOCK/PASS/${extension}`);
    return shown.split('\n').filter((line) => line.startsWith(`/CUSTOMLOCK/PASS/${extension}/`)).length;
  }
});
