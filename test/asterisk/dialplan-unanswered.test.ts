/**
 * The gate's dialplan on real Asterisks where the service gives no answer: how long a call waits, and when nobody is asked any
 * more.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Answerer, type Behaviour } from '../lab/answerer.ts';
import type { AsteriskVersion } from '../lab/cache.ts';
import type { HostPort } from '../lab/instance.ts';
import { type StoppedListener, stoppedListener } from '../lab/stopped-listener.ts';
import { until } from '../lab/until.ts';
import { epoch, GateScene } from './gate-scene.ts';

const OUTSIDE = '90015550100';
const FROM_CUSTOM_CONTEXT = '80015550100';
const EXTENSION = '1002';
const FEATURE_CODE = '*65';
const EVERY_WAY = [OUTSIDE, EXTENSION, FEATURE_CODE, FROM_CUSTOM_CONTEXT];

/** Milliseconds a question may take, and what a busy machine may add. */
const WAIT = 300;
const LATER_THAN_WAIT = 2_500;

describe.each<AsteriskVersion>(['22', '16'])('without an answer on Asterisk %s', (version) => {
  let scene: GateScene;
  beforeAll(async () => {
    scene = await GateScene.open(version);
  });
  beforeEach(() => scene.reset());
  afterAll(() => scene[Symbol.asyncDispose]());

  describe('a call', () => {
    test.each(EVERY_WAY)('to %s waits 0.3 seconds for a service that hangs, and goes on', async (number) => {
      scene.answerer.behaviour = 'silent';
      const call = await scene.call(number);
      expect(call.status).toBe(200);
      expect(call.ms).toBeGreaterThan(WAIT - 10);
      expect(call.ms).toBeLessThan(LATER_THAN_WAIT);
      expect(scene.answerer.take()).toHaveLength(1);
      expect(await scene.cdrOf({ dst: number })).toMatchObject({ disposition: 'ANSWERED', userfield: '' });
    });

    test('keeps the arguments of a subroutine around the gate', async () => {
      scene.answerer.behaviour = 'silent';
      expect((await scene.call('*67')).status).toBe(200);
    });

    test.each<[Behaviour, string]>(
      (['closed', 'garbage', { verdict: 'perhaps' }, { verdict: '' }] as const).flatMap((behaviour) =>
        [OUTSIDE, EXTENSION].map((number): [Behaviour, string] => [behaviour, number]),
      ),
    )('goes on where the service is broken: %j, to %s', async (behaviour, number) => {
      scene.answerer.behaviour = behaviour;
      const call = await scene.call(number);
      expect(call.status).toBe(200);
      expect(call.ms).toBeLessThan(LATER_THAN_WAIT);
    });

    test('keeps its own time limit after the wait', async () => {
      scene.answerer.behaviour = 'silent';
      const call = await scene.desk.invite('*66');
      expect(call.status).toBe(200);
      expect(await call.ended).toBe('remote');
    });

    test.each([OUTSIDE, EXTENSION])('to %s ends at once when the caller gives up waiting', async (number) => {
      scene.answerer.behaviour = 'silent';
      expect(await scene.desk.invite(number, { deadlineMs: 100 })).toMatchObject({ status: 487 });
      await until('the channel is gone', WAIT, async () =>
        (await scene.lab.rasterisk('core show channels concise'))
          .split('\n')
          .every((line) => !line.startsWith('PJSIP/')),
      );
    });
  });

  describe('of a process that', () => {
    const refused = async (
      behaviour: (gate: HostPort) => Promise<StoppedListener | undefined>,
      most: number,
    ) => {
      await scene.answerer.close();
      const listener = await behaviour(scene.lab.agi);
      try {
        for (const number of [OUTSIDE, EXTENSION]) {
          await scene.setGlobals({ lapse: 0 });
          const call = await scene.call(number);
          expect(call.status).toBe(200);
          expect(call.ms).toBeLessThan(most);
        }
        // It is known to be gone now, so nobody waits for it again.
        expect((await scene.call(OUTSIDE)).ms).toBeLessThan(WAIT);
      } finally {
        await listener?.close();
        scene.answerer = await Answerer.listen(scene.lab.agi);
      }
    };

    test('is not there', () => refused(async () => undefined, LATER_THAN_WAIT));
    test('is stopped', () => refused((gate) => stoppedListener(gate, 0), LATER_THAN_WAIT));
    test('is stopped with its queue full', () =>
      refused((gate) => stoppedListener(gate, 8), 2_000 + LATER_THAN_WAIT));
  });

  describe('the service is', () => {
    beforeEach(() => {
      scene.answerer.behaviour = 'silent';
    });

    test('not asked again while its heartbeat has stopped', async () => {
      await scene.setGlobals({ heartbeat: epoch() - 10 });
      expect(await scene.ask(OUTSIDE)).toHaveLength(1);
      expect(await scene.ask(OUTSIDE)).toHaveLength(0);
    });

    test('asked again while its heartbeat goes on', async () => {
      await scene.call(OUTSIDE);
      await scene.setGlobals({ heartbeat: epoch() });
      expect(await scene.ask(FEATURE_CODE)).toHaveLength(1);
    });

    test('asked again where its heartbeat is newer than the last silence', async () => {
      await scene.setGlobals({ lapse: epoch() - 20, heartbeat: epoch() - 10 });
      expect(await scene.ask(FEATURE_CODE)).toHaveLength(1);
    });

    test('asked where its heartbeat stopped but no question went unanswered', async () => {
      await scene.setGlobals({ heartbeat: epoch() - 100 });
      scene.answerer.behaviour = { verdict: 'allow' };
      expect(await scene.ask(FEATURE_CODE)).toHaveLength(1);
      expect(await scene.ask(FEATURE_CODE)).toHaveLength(1);
    });

    test('asked where the clock was set back', async () => {
      await scene.setGlobals({ lapse: epoch() + 3600 });
      expect(await scene.ask(FEATURE_CODE)).toHaveLength(1);
    });

    test('tried by one call every 30 seconds, and trusted again once it answers', async () => {
      await scene.setGlobals({ lapse: epoch() - 31 });
      expect(await scene.ask(FEATURE_CODE)).toHaveLength(1);
      expect(await scene.ask(FEATURE_CODE)).toHaveLength(0);
      await scene.setGlobals({ lapse: epoch() - 31 });
      scene.answerer.behaviour = { verdict: 'allow' };
      expect(await scene.ask(FEATURE_CODE)).toHaveLength(1);
      expect(await scene.ask(FEATURE_CODE)).toHaveLength(1);
    });
  });
});
