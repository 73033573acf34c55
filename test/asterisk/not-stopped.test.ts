/** What must never be stopped, by real calls. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { path } from '../../src/cli/client.ts';
import { until } from '../lab/until.ts';
import { AT_THIEF, DESK_PHONE, ELSEWHERE, OUTSIDE, Scene, statusOf, THIEF } from './scene.ts';

describe.each(['22', '16'] as const)('Asterisk %s lets through', (version) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(version);
  });
  afterEach(() => scene?.tidy());
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it("the real phone, while a thief's contact sits beside it", async () => {
    await scene.lockTo('1011', DESK_PHONE);
    const phone = await scene.registered('1011', DESK_PHONE);
    await scene.registeredThief('1011');
    await scene.knows('1011', DESK_PHONE, THIEF);
    expect(await statusOf(phone)).toBe(200);
  });

  it('the real phone, when a thief has displaced it', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const phone = await scene.registered('1001', DESK_PHONE);
    await scene.knows('1001', DESK_PHONE);
    const thief = await scene.registeredThief('1001');
    await scene.knows('1001', THIEF);
    expect(await statusOf(phone)).toBe(200);
    expect(await statusOf(thief)).toBe(403);
  });

  it('the real phone from a new address', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    await scene.registered('1001', DESK_PHONE);
    const phone = await scene.phone('1001', DESK_PHONE, { at: ELSEWHERE });
    expect(await statusOf(phone)).toBe(200);
  });

  it.each(['udp', 'tcp'] as const)(
    'a locked phone that calls inside and outside over %s',
    async (transport) => {
      await scene.lockTo('1001', DESK_PHONE);
      const phone = await scene.registered('1001', DESK_PHONE, { transport });
      await scene.registered('1002', DESK_PHONE, { at: ELSEWHERE, onInvite: () => 'answer' });
      expect(await statusOf(phone)).toBe(200);
      expect(await statusOf(phone, '1002')).toBe(200);
      expect(await statusOf(phone, '*43')).toBe(200);
    },
  );

  it('any device on an extension without a lock, even one that names none', async () => {
    for (const userAgent of [THIEF, DESK_PHONE, null, '', Buffer.from([0xff, 0xfe])]) {
      expect(await statusOf(await scene.registered('1003', userAgent))).toBe(200);
    }
  });

  it('either of two phones that are locked as alternatives, and no third', async () => {
    await scene.lock(
      '1011',
      { kind: 'device', userAgent: DESK_PHONE },
      { kind: 'custom', match: 'prefix', value: 'Z 5.' },
    );
    expect(await statusOf(await scene.registered('1011', DESK_PHONE))).toBe(200);
    expect(await statusOf(await scene.registered('1011', 'Z 5.6.6 v2.10.20.5', { at: ELSEWHERE }))).toBe(200);
    expect(await statusOf(await scene.registeredThief('1011'))).toBe(403);
  });

  it.each(['911', '112', '933', '999'])(
    'an emergency call to %s from anyone, and records it',
    async (number) => {
      await scene.lockTo('1001', DESK_PHONE);
      expect(await statusOf(await scene.registeredThief('1001'), number)).toBe(200);
      expect(await statusOf(await scene.registered('1001', DESK_PHONE), number)).toBe(200);
      await until('the emergency call is on record', 15_000, async () => {
        const { calls } = await scene.service.api.get<{ calls: { dialled: string; outcome: string }[] }>(
          path('calls'),
        );
        return calls.some(({ dialled, outcome }) => dialled === number && outcome === 'emergency');
      });
    },
  );

  it('a call that comes in by the trunk, to an extension that is locked', async () => {
    await scene.lockTo('1002', DESK_PHONE);
    const phone = await scene.registered('1002', DESK_PHONE, { onInvite: () => 'answer' });
    const incoming = phone.incoming();
    await scene.lab.rasterisk(`channel originate PJSIP/5551002@carrier application Wait 2`);
    await (await incoming).ended;
  });

  it('a Local channel that no extension is behind', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const before = (await scene.lab.cdr()).length;
    await scene.lab.rasterisk(`channel originate Local/${OUTSIDE}@from-internal application Wait 1`);
    await until('the call was answered by the carrier', 10_000, async () =>
      (await scene.lab.cdr())
        .slice(before)
        .some(({ dcontext, disposition }) => dcontext === 'carrier' && disposition === 'ANSWERED'),
    );
  });

  it('a wrong device in monitor, and records what would have been dropped', async () => {
    await scene.policy('1001', {
      alternatives: [{ kind: 'device', userAgent: DESK_PHONE }],
      mode: 'monitor',
    });
    expect(await statusOf(await scene.registeredThief('1001'))).toBe(200);
    await until('the violation is on record', 5000, async () => {
      const [violation] = await scene.violations('1001');
      return violation?.mode === 'monitor' && violation.calls === 1;
    });
    const { calls } = await scene.service.api.get<{ calls: { outcome: string; extension: string }[] }>(
      path('calls'),
    );
    expect(calls.find(({ extension }) => extension === '1001')?.outcome).toBe('monitored');
  });

  it('everything in monitor for the whole system', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    await scene.service.api.put(path('settings'), { mode: 'monitor' });
    try {
      expect(await statusOf(await scene.thief('1001'))).toBe(200);
    } finally {
      await scene.service.api.put(path('settings'), { mode: 'enforce' });
    }
    expect(await statusOf(await scene.thief('1001'))).toBe(403);
  });

  it("the fallback's phones on extensions without a lock, and nothing else there", async () => {
    await scene.service.api.put(path('settings'), { fallback: 'yealink-t' });
    try {
      expect(await statusOf(await scene.phone('1004', DESK_PHONE))).toBe(200);
      expect(await statusOf(await scene.phone('1004', THIEF, { at: AT_THIEF }))).toBe(403);
    } finally {
      await scene.service.api.put(path('settings'), { fallback: null });
    }
    expect(await statusOf(await scene.phone('1004', THIEF, { at: AT_THIEF }))).toBe(200);
  });
});
