/** Calls through the gate that the FreePBX module spliced in: each way a call can take, refused and let through. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallView, ExtensionView, NewEnrolmentView } from '../../src/api/shapes.ts';
import { path, query } from '../../src/cli/client.ts';
import { Php } from '../lab/php.ts';
import { until } from '../lab/until.ts';
import type { SipPhone } from '../sip/phone.ts';
import { freepbxDialplan, OVERRIDE, PHP_OF } from './freepbx-dialplan.ts';
import { AT_THIEF, DESK_PHONE, ELSEWHERE, Scene, statusOf, THIEF } from './scene.ts';

const SOON_MS = 8000;
/** Each reaches a trunk, or a phone that answers, by a way of its own. */
const WAYS = {
  'by an outbound route': '90015550100',
  'from a custom context, past the first gate': '80015550100',
  'to another extension': '1003',
  'to a feature code': '*65',
  'to a ring group with a member outside': '600',
};

describe.each(['22', '16'] as const)('as FreePBX has it, Asterisk %s', (version) => {
  let php: Php;
  let scene: Scene;
  let numbers = 0;
  beforeAll(async () => {
    php = await Php.open(PHP_OF[version]);
    const dialplan = freepbxDialplan(php, ['911', '118']);
    scene = await Scene.open(version, { gate: { refusal: 'plain' } }, undefined, dialplan);
  });
  afterEach(async () => {
    await scene?.lab.rasterisk('database deltree CFU');
    await scene?.lab.rasterisk('database deltree CFB');
    await scene?.tidy();
  });
  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    await php?.[Symbol.asyncDispose]();
  });

  /** An outside number that no other test calls. */
  const newNumber = () => `90044888${String(++numbers).padStart(6, '0')}`;

  describe('with an extension locked to its phone', () => {
    it.each(Object.entries(WAYS))('a call %s passes from the phone alone', async (_, number) => {
      const { phone, thief } = await lockedPhone();
      await answeringPhone('1003');
      expect(await statusOf(phone, number)).toBe(200);
      expect(await statusOf(thief, number)).toBe(403);
      await until('the refused call is on record', SOON_MS, async () => {
        const [call] = await callsAt('1001');
        return call?.outcome === 'refused' && call.dialled === number;
      });
    });

    it('a feature code that answers first hangs up on a wrong device', async () => {
      const { phone, thief } = await lockedPhone();
      const right = await phone.invite('*43');
      const wrong = await thief.invite('*43');
      expect(await wrong.ended).toBe('remote');
      await right.hangup();
      expect(await right.ended).toBe('local');
    });

    it('a call that is forwarded at once passes twice and is one record', async () => {
      const device = `${DESK_PHONE} of the forwarded call`;
      const { phone, thief } = await lockedPhone(device);
      const outside = newNumber();
      await scene.lab.rasterisk(`database put CFU 1003 ${outside}`);
      expect(await statusOf(thief, '1003')).toBe(403);
      expect(await statusOf(phone, '1003')).toBe(200);
      await scene.policy('1001', { mode: 'monitor' });
      expect(await statusOf(thief, '1003')).toBe(200);
      await until('the call is on record', SOON_MS, async () => (await callsAt('1001')).length >= 2);
      expect((await callsAt('1001')).filter(({ outcome }) => outcome === 'monitored')).toHaveLength(1);
      const { sightings } = await scene.service.api.get<ExtensionView>(path('extensions', '1001'));
      const calls = sightings.filter(({ by, userAgent }) => by === 'INVITE' && userAgent === device);
      expect(calls).toMatchObject([{ count: 1, matched: true }]);
    });

    it('a call that a busy phone forwards passes from the phone alone', async () => {
      const { phone, thief } = await lockedPhone();
      await scene.lab.rasterisk(`database put CFB 1003 ${newNumber()}`);
      const busy = await scene.registered('1003', 'Busy phone', { at: ELSEWHERE });
      busy.onInvite = () => 'busy';
      expect(await statusOf(phone, '1003')).toBe(200);
      expect(await statusOf(thief, '1003')).toBe(403);
    });

    it('a call that a phone redirects (302) passes from its own phone alone', async () => {
      await scene.lockTo('1003', DESK_PHONE);
      const caller = await scene.registered('1002', 'Another phone', { at: ELSEWHERE });
      const redirecting = await scene.registered('1003', DESK_PHONE);
      redirecting.onInvite = () => ({ redirect: newNumber() });
      await scene.knows('1003', DESK_PHONE);
      expect(await statusOf(caller, '1003')).toBe(200);

      const thief = await scene.registeredThief('1003');
      const outside = newNumber();
      thief.onInvite = () => ({ redirect: outside });
      await scene.knows('1003', THIEF);
      expect(await statusOf(caller, '1003')).not.toBe(200);
      await refused('1003', outside);
    });

    it('a call that came in is transferred outside by its own phone alone', async () => {
      await scene.lockTo('1002', DESK_PHONE);
      const phone = await scene.registered('1002', DESK_PHONE);
      await scene.knows('1002', DESK_PHONE);
      const reached = newNumber();
      expect(await transferred(phone, reached)).toBe(200);
      await until('the carrier has the call', SOON_MS, async () =>
        (await scene.lab.rasterisk('core show channels concise')).includes(`!${reached.slice(1)}!`),
      );
      await scene.lab.rasterisk('channel request hangup all');

      const thief = await scene.registeredThief('1002');
      await scene.knows('1002', THIEF);
      const outside = newNumber();
      await transferred(thief, outside);
      await refused('1002', outside);
      expect(await scene.lab.rasterisk('core show channels concise')).not.toContain(`!${outside.slice(1)}!`);
    });

    it('a call from outside reaches it, whatever is registered there', async () => {
      await scene.lockTo('1004', DESK_PHONE);
      for (const userAgent of [DESK_PHONE, THIEF]) {
        const phone = await scene.registered('1004', userAgent, { at: AT_THIEF, onInvite: () => 'answer' });
        await scene.knows('1004', userAgent);
        await scene.lab.rasterisk('channel originate PJSIP/5551004@carrier application Wait 5');
        await phone.incoming();
        await phone.register({ expires: 0 });
      }
      expect(await callsAt('1004')).toEqual([]);
    });

    it('a call that the PBX places for it reaches a trunk from its own phone alone', async () => {
      await scene.lockTo('1002', DESK_PHONE);
      await scene.registered('1002', DESK_PHONE, { onInvite: () => 'answer' });
      await scene.knows('1002', DESK_PHONE);
      await scene.lab.rasterisk('channel originate PJSIP/1002 extension 80015550177@from-internal');
      await until('the carrier has the call', SOON_MS, async () =>
        (await scene.lab.rasterisk('core show channels concise')).includes('!0015550177!'),
      );
      await scene.lab.rasterisk('channel request hangup all');

      await scene.registered('1002', THIEF, { at: AT_THIEF, onInvite: () => 'answer' });
      await scene.knows('1002', THIEF);
      await scene.lab.rasterisk('channel originate PJSIP/1002 extension 80015550188@from-internal');
      await refused('1002', '80015550188');
    });
  });

  it('a new phone takes the lock over by the feature code, although the gate refuses it', async () => {
    const { phone } = await lockedPhone();
    const fresh = await scene.registered('1001', 'snomD785/10.1.159.12', { at: ELSEWHERE });
    await scene.knows('1001', 'snomD785/10.1.159.12');
    expect(await statusOf(fresh, '90015550100')).toBe(403);
    const { code } = await scene.service.json<NewEnrolmentView>('enrol', '1001');
    const call = await fresh.invite(`*55${code}`);
    await until('the lock has moved', SOON_MS, async () => {
      const { lock } = await scene.service.api.get<ExtensionView>(path('extensions', '1001'));
      return JSON.stringify(lock.alternatives).includes('snomD785');
    });
    await call.hangup();
    expect(await statusOf(fresh, '90015550100')).toBe(200);
    expect(await statusOf(phone, '90015550100')).toBe(403);
  });

  describe('an emergency call passes from any device', () => {
    const EMERGENCY = {
      'a number of the configuration': '118',
      'the number of an emergency route': '999',
      'a pattern of an emergency route': '765',
      'an emergency route for this caller alone': '754',
    };

    it.each(Object.entries(EMERGENCY))('by %s', async (_, number) => {
      const { thief } = await lockedPhone();
      expect(await statusOf(thief, number)).toBe(200);
      await until('the call record says so', SOON_MS, async () =>
        (await scene.lab.cdr()).some(
          ({ channel, dst, userfield }) =>
            channel.startsWith('PJSIP/1001-') && dst === number && userfield === 'device-lock:emergency',
        ),
      );
      // Only that number passed, not the device.
      expect(await statusOf(thief, newNumber())).toBe(403);
    });

    it('while the service is down, when a thief is refused everything else', async () => {
      await scene.lockTo('1001', DESK_PHONE);
      const thief = await scene.registeredThief('1001');
      await scene.knows('1001', THIEF);
      await scene.service.stop();
      try {
        expect(await statusOf(thief, newNumber())).toBe(403);
        for (const number of Object.values(EMERGENCY)) expect(await statusOf(thief, number)).toBe(200);
      } finally {
        await scene.service.start();
      }
    });

    it('and only then: another caller at a route that is an emergency for one alone is asked about', async () => {
      await scene.lockTo('1011', DESK_PHONE);
      expect(await statusOf(await scene.thief('1011'), '754')).toBe(403);
    });
  });

  it('an override that displaces the gate is found and named, and no more once it is mended', async () => {
    expect(await gateProblems('')).toEqual([]);
    const own = '[macro-user-callerid]\nexten => s,1,Return()\n';
    const [problem, ...others] = await gateProblems(own);
    expect(problem).toContain(`/etc/asterisk/${OVERRIDE} has a [macro-user-callerid] of its own`);
    expect(others).toEqual([]);
    const line = /exten => s,1,.*$/.exec(problem ?? '')?.[0];
    expect(await gateProblems(`[macro-user-callerid]\n${line}\n same => n,Return()\n`)).toEqual([]);
    expect(await statusOf((await lockedPhone()).thief, '1003')).toBe(403);
    expect(await gateProblems('')).toEqual([]);
  });

  /** 1001 locked, registered and known; and a thief with its password. */
  async function lockedPhone(userAgent = DESK_PHONE) {
    await scene.lockTo('1001', userAgent);
    const phone = await scene.registered('1001', userAgent);
    await scene.knows('1001', userAgent);
    return { phone, thief: await scene.thief('1001') };
  }

  async function answeringPhone(user: string): Promise<void> {
    await scene.registered(user, 'Answering phone', { at: ELSEWHERE, onInvite: () => 'answer' });
  }

  /** A call comes in by the trunk, is answered and sent on; what the transfer came to. */
  async function transferred(phone: SipPhone, to: string): Promise<number> {
    phone.onInvite = () => 'answer';
    await scene.lab.rasterisk('channel originate PJSIP/5551002@carrier application Wait 15');
    const call = await phone.incoming();
    await until('the call is up', SOON_MS, async () => call.isAnswered);
    return call.transfer(to);
  }

  async function callsAt(extension: string): Promise<CallView[]> {
    return (await scene.service.api.get<{ calls: CallView[] }>(path('calls') + query({ extension }))).calls;
  }

  async function refused(extension: string, dialled: string): Promise<void> {
    await until(`the call of ${extension} to ${dialled} was refused`, SOON_MS, async () =>
      (await callsAt(extension)).some((call) => call.dialled === dialled && call.outcome === 'refused'),
    );
  }

  /** What the module says of the running dialplan, with this for the administrator's own file. */
  async function gateProblems(override: string): Promise<string[]> {
    await writeFile(join(scene.lab.home, 'etc', OVERRIDE), override);
    await scene.lab.rasterisk('dialplan reload');
    const shown: Record<string, string> = {};
    for (const context of ['device-lock', ...MACROS]) {
      const command = `dialplan show s@${context}`;
      shown[command] = await scene.lab.rasterisk(command);
    }
    const input = JSON.stringify({ shown, etc: { [OVERRIDE]: override } });
    return JSON.parse(await php.feed('test/freepbx/gate-check.php', input)) as string[];
  }
});

const MACROS = ['user-callerid', 'dialout-trunk', 'dialout-enum', 'dialout-dundi'].map(
  (name) => `macro-${name}`,
);
