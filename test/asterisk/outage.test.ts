/** Calls while the service, or its connection to Asterisk, is away: killed, hung, cut off. */
import { kill } from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Cable } from '../lab/cable.ts';
import { until } from '../lab/until.ts';
import { callOf, DESK_PHONE, ELSEWHERE, OUTSIDE, Scene, statusOf, THIEF } from './scene.ts';

/** The bound of one question, and what a noisy machine adds. Milliseconds. */
const LATE = 500;
/** A heartbeat this old is stale; milliseconds. */
const STALE = 3000;

describe.each(['22', '16'] as const)('Asterisk %s', (version) => {
  let scene: Scene;
  const stopped: number[] = [];
  beforeAll(async () => {
    scene = await Scene.open(version);
  });
  afterEach(async () => {
    for (const pid of stopped.splice(0)) wake(pid);
    if (scene === undefined) return;
    await until('the service guards again', 30_000, async () => {
      await scene.service.ready();
      return true;
    });
    await scene.tidy();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  /** Locks 1001 with its phone registered and known, and 1011 with a thief beside its phone. */
  async function setTheStage() {
    await scene.lockTo('1001', DESK_PHONE);
    await scene.lockTo('1011', DESK_PHONE);
    const phone = await scene.registered('1001', DESK_PHONE);
    const beside = await scene.registered('1011', DESK_PHONE, { at: ELSEWHERE });
    const thief = await scene.registeredThief('1011');
    await scene.knows('1001', DESK_PHONE);
    await scene.knows('1011', DESK_PHONE, THIEF);
    return { phone, beside, thief };
  }

  /** Stops a process without ending it: it keeps its sockets and answers nothing. */
  function freeze(pid: number | undefined): void {
    if (pid === undefined) throw new Error('there is no process to stop');
    kill(pid, 'SIGSTOP');
    stopped.push(pid);
  }

  async function heartbeatIsStale(): Promise<void> {
    await until('the heartbeat is stale', 15_000, async () => {
      const said = await scene.lab.rasterisk('dialplan show globals');
      const beat = Number(/DEVICELOCK_HEARTBEAT=(\d+)/.exec(said)?.[1] ?? 0);
      return Date.now() - beat * 1000 > STALE + 1000;
    });
  }

  describe('with the service killed', () => {
    it('refuses a thief that was flagged, lets the known phone and an unlocked one through', async () => {
      const { phone, beside, thief } = await setTheStage();
      await scene.service.stop();
      try {
        expect(await statusOf(thief)).toBe(403);
        expect(await statusOf(thief, OUTSIDE, { userAgent: DESK_PHONE })).toBe(403);
        expect(await statusOf(beside)).toBe(200);
        expect(await statusOf(phone)).toBe(200);
        expect(await statusOf(await scene.phone('1003', THIEF))).toBe(200);
        expect(await statusOf(thief, '911')).toBe(200);
      } finally {
        await scene.service.start();
      }
    });

    it('brings what it refused meanwhile to the service once that is back', async () => {
      const { thief } = await setTheStage();
      const dialled = '900442079460000';
      await scene.service.stop();
      const status = await statusOf(thief, dialled);
      await scene.service.start();
      expect(status).toBe(403);
      expect((await scene.cdrOf(dialled)).userfield).toBe('device-lock:flagged');
      await until('the refused call is on record', 15_000, async () => {
        const { calls } = await scene.service.api.get<{ calls: { dialled: string; outcome: string }[] }>(
          '/v1/calls',
        );
        return calls.some((call) => call.dialled === dialled && call.outcome === 'refused-unanswered');
      });
    });

    it('lets a phone that was displaced by a thief call on', async () => {
      await scene.lockTo('1001', DESK_PHONE);
      const phone = await scene.registered('1001', DESK_PHONE);
      await scene.knows('1001', DESK_PHONE);
      const thief = await scene.registeredThief('1001');
      await scene.knows('1001', THIEF);
      await scene.service.stop();
      try {
        expect(await statusOf(phone)).toBe(200);
        expect(await statusOf(thief)).toBe(403);
      } finally {
        await scene.service.start();
      }
    });
  });

  describe('with the service hung', () => {
    it('delays a call by no more than half a second, later ones not at all, and never an emergency', async () => {
      const { phone, thief } = await setTheStage();
      await callOf(phone);
      const usual = (await callOf(phone)).ms;
      freeze(scene.service.watchdogPid);
      freeze(scene.service.pid);
      const first = await callOf(phone);
      expect(first.status).toBe(200);
      expect(first.ms - usual).toBeLessThan(LATE);
      const refused = await callOf(thief);
      expect(refused.status).toBe(403);
      expect(refused.ms).toBeLessThan(LATE + usual);
      const emergency = await callOf(thief, '911');
      expect(emergency.status).toBe(200);
      expect(emergency.ms).toBeLessThan(LATE / 2 + usual);
      await heartbeatIsStale();
      for (let n = 0; n < 3; n++) {
        const later = await callOf(phone);
        expect(later.status).toBe(200);
        expect(later.ms).toBeLessThan(LATE / 2 + usual);
      }
      expect((await callOf(thief)).status).toBe(403);
    });

    it('bounds an inside call too, on 16 from a Macro in a Macro', async () => {
      const { phone } = await setTheStage();
      await scene.registered('1002', DESK_PHONE, { at: ELSEWHERE, onInvite: () => 'answer' });
      await callOf(phone, '1002');
      const usual = (await callOf(phone, '1002')).ms;
      freeze(scene.service.watchdogPid);
      freeze(scene.service.pid);
      const call = await callOf(phone, '1002');
      expect(call.status).toBe(200);
      expect(call.ms - usual).toBeLessThan(LATE);
    });

    it('is replaced by its watchdog, and judges again', async () => {
      const { phone, thief } = await setTheStage();
      const hung = scene.service.pid;
      freeze(hung);
      await until('the watchdog has replaced it', 20_000, () => {
        const { pid } = scene.service;
        return pid !== undefined && pid !== hung;
      });
      await scene.service.ready();
      expect(await statusOf(phone)).toBe(200);
      expect(await statusOf(thief)).toBe(403);
      expect((await scene.service.log()).some(({ event }) => event === 'service-hung')).toBe(true);
    });
  });
});

describe.each(['22', '16'] as const)('with AMI cut off, Asterisk %s', (version) => {
  let cable: Cable;
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(version, {}, async (lab) => {
      cable = await Cable.open(lab.ami);
      return { amiPort: cable.port };
    });
  });
  afterEach(async () => {
    cable?.join();
    await scene?.service.ready();
    await scene?.tidy();
  });
  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    await cable?.[Symbol.asyncDispose]();
  });

  async function isDown(): Promise<void> {
    await until('the service has noticed', 10_000, async () => {
      const { asterisk } = await scene.service.api.get<{ asterisk: { connected: boolean } }>('/v1/status');
      return !asterisk.connected;
    });
  }

  it('still refuses a wrong device and lets the right one through', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const phone = await scene.registered('1001', DESK_PHONE);
    await scene.knows('1001', DESK_PHONE);
    cable.cut();
    await isDown();
    expect(await statusOf(await scene.registeredThief('1001'))).toBe(403);
    expect(await statusOf(phone)).toBe(200);
  });

  it('refuses, once it is back, a thief that registered meanwhile, whatever it calls as', async () => {
    await scene.lockTo('1011', DESK_PHONE);
    const phone = await scene.registered('1011', DESK_PHONE);
    await scene.knows('1011', DESK_PHONE);
    cable.cut();
    await isDown();
    const thief = await scene.registeredThief('1011');
    cable.join();
    await scene.service.ready();
    await scene.knows('1011', DESK_PHONE, THIEF);
    expect(await statusOf(thief)).toBe(403);
    expect(await statusOf(thief, OUTSIDE, { userAgent: DESK_PHONE })).toBe(403);
    expect(await statusOf(phone)).toBe(200);
    expect(await scene.violations('1011')).toHaveLength(2);
  });

  it('sees after a restart of Asterisk what is registered, which nothing announces', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const thief = await scene.registeredThief('1001');
    await scene.knows('1001', THIEF);
    await scene.lab.restartAsterisk();
    await scene.service.ready();
    await scene.knows('1001', THIEF);
    expect(await statusOf(thief, OUTSIDE, { userAgent: DESK_PHONE })).toBe(403);
  });
});

describe.each(['22', '16'] as const)('with when-unavailable = deny, Asterisk %s', (version) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(version, { gate: { 'when-unavailable': 'deny', refusal: 'plain' } });
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it('lets the known phones call on and refuses all others of locked extensions', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const phone = await scene.registered('1001', DESK_PHONE);
    await scene.knows('1001', DESK_PHONE);
    await scene.policy('1002', {
      alternatives: [{ kind: 'device', userAgent: DESK_PHONE }],
      mode: 'monitor',
    });
    await scene.service.ready();
    await scene.service.stop();
    expect(await statusOf(phone)).toBe(200);
    expect(await statusOf(await scene.phone('1001', DESK_PHONE, { at: ELSEWHERE }))).toBe(403);
    expect(await statusOf(await scene.thief('1001'))).toBe(403);
    expect(await statusOf(await scene.thief('1001'), '911')).toBe(200);
    expect(await statusOf(await scene.thief('1002'))).toBe(200);
    expect(await statusOf(await scene.thief('1003'))).toBe(200);
    await scene.service.start();
  });
});

function wake(pid: number): void {
  try {
    kill(pid, 'SIGCONT');
  } catch {
    // It was replaced meanwhile.
  }
}
