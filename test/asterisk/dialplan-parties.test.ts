/** Whom the gate finds behind a call that reaches it by a way round: forwarded, transferred, placed by the PBX. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Question } from '../lab/answerer.ts';
import type { AsteriskVersion } from '../lab/cache.ts';
import { GateScene } from './gate-scene.ts';

const OUTSIDE = '90015550100';

describe.each<AsteriskVersion>(['22', '16'])('behind a call on Asterisk %s is found', (version) => {
  let scene: GateScene;
  beforeAll(async () => {
    scene = await GateScene.open(version);
  });
  beforeEach(async () => {
    await scene.reset();
    await scene.lab.rasterisk('database deltree CFU');
    await scene.lab.rasterisk('database deltree CFB');
    scene.third.onInvite = () => 'answer';
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  /** The questions after the first, which was about the call before it went its way. */
  const later = (questions: readonly Question[], number: string) =>
    questions.filter(({ dialled }) => dialled === number);

  test('the caller, where the callee forwards every call outside', async () => {
    await scene.lab.rasterisk(`database put CFU 1003 ${OUTSIDE}`);
    const questions = later(await scene.ask('1003'), OUTSIDE);
    expect(questions).toMatchObject([{ endpoint: '1001' }, { endpoint: '1001' }]);
  });

  test('the caller, where the callee is busy and forwards outside', async () => {
    await scene.lab.rasterisk(`database put CFB 1003 ${OUTSIDE}`);
    scene.third.onInvite = () => 'busy';
    const { ip, port } = scene.desk.address;
    const asked = { endpoint: '1001', agent: Buffer.from('Desk phone 1'), address: `${ip}:${port}` };
    expect(later(await scene.ask('1003'), OUTSIDE)).toMatchObject([asked, asked]);
  });

  test('the caller, where a ring group rings outside', async () => {
    const questions = await scene.ask('600');
    expect(questions).toHaveLength(3);
    expect(new Set(questions.map(({ endpoint }) => endpoint))).toEqual(new Set(['1001']));
    expect(new Set(questions.map(({ linkedId }) => linkedId)).size).toBe(1);
  });

  test('caller and forwarder, where a phone answers 302', async () => {
    scene.third.onInvite = () => ({ redirect: OUTSIDE });
    expect(later(await scene.ask('1003'), OUTSIDE)[0]).toMatchObject({
      endpoint: '1001',
      agent: Buffer.from('Desk phone 1'),
      forwarder: '1003',
      forwarderAt: '',
    });
  });

  test('only the trunk, where a call comes in', async () => {
    await scene.lab.rasterisk('channel originate PJSIP/5551002@carrier application Wait 5');
    await scene.second.incoming();
    expect(await scene.questions(1)).toMatchObject([{ endpoint: 'trunk', transferer: '', forwarder: '' }]);
  });

  test('trunk and transferer, where a call that came in is transferred outside', async () => {
    await scene.lab.rasterisk('channel originate PJSIP/5551002@carrier application Wait 5');
    const call = await scene.second.incoming();
    await scene.questions(1);
    await call.transfer(OUTSIDE);
    expect((await scene.questions(1))[0]).toMatchObject({
      endpoint: 'trunk',
      dialled: OUTSIDE,
      transferer: '1002',
      transfererAt: '',
    });
  });

  test('both phones, where the callee transfers the caller outside', async () => {
    await scene.desk.invite('1002');
    const call = await scene.second.incoming();
    await scene.questions(1);
    await call.transfer(OUTSIDE);
    expect((await scene.questions(1))[0]).toMatchObject({
      endpoint: '1001',
      agent: Buffer.from('Desk phone 1'),
      transferer: '1002',
    });
  });

  test('both phones, the callee as one that was called, where the caller transfers the callee outside', async () => {
    const call = await scene.desk.invite('1002');
    await scene.questions(1);
    await call.transfer(OUTSIDE);
    const { ip, port } = scene.second.address;
    expect((await scene.questions(1))[0]).toMatchObject({
      endpoint: '',
      agentLength: '0',
      transferer: '1001',
      forwarder: '1002',
      forwarderAt: `${ip}:${port}`,
    });
  });

  test.each([OUTSIDE, '600'])(
    'the phone the PBX called first, where it places a call to %s',
    async (number) => {
      await scene.lab.rasterisk(`channel originate PJSIP/1002 extension ${number}@from-internal`);
      const { ip, port } = scene.second.address;
      for (const question of await scene.questions(2)) {
        expect(question).toMatchObject({
          endpoint: '',
          agentLength: '0',
          address: '',
          transferer: '1002',
          transfererAt: `${ip}:${port}`,
          forwarder: '',
        });
      }
    },
  );
});
