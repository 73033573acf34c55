/** The whole way for those who run Asterisk with ARI and without AMI. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DESK_PHONE, OUTSIDE, Scene, statusOf, THIEF } from './scene.ts';

describe.each(['22', '16'] as const)('by ARI, Asterisk %s', (version) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(version, { adapter: 'ari', gate: { refusal: 'plain' } });
  });
  afterEach(() => scene?.tidy());
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it('refuses a thief that displaced the phone, whatever it calls as, and lets the phone call', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const phone = await scene.registered('1001', DESK_PHONE);
    await scene.knows('1001', DESK_PHONE);
    const thief = await scene.registeredThief('1001');
    await scene.knows('1001', THIEF);
    expect(await statusOf(thief)).toBe(403);
    expect(await statusOf(thief, OUTSIDE, { userAgent: DESK_PHONE })).toBe(403);
    expect(await statusOf(phone)).toBe(200);
  });

  it('decides the same without the service, from what it wrote into AstDB', async () => {
    await scene.lockTo('1011', DESK_PHONE);
    const phone = await scene.registered('1011', DESK_PHONE);
    const thief = await scene.registeredThief('1011');
    await scene.knows('1011', DESK_PHONE, THIEF);
    await scene.service.stop();
    try {
      expect(await statusOf(thief)).toBe(403);
      expect(await statusOf(phone)).toBe(200);
      expect(await statusOf(thief, '911')).toBe(200);
    } finally {
      await scene.service.start();
    }
  });
});
