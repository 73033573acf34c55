/** The phone is taken back: a thief's REGISTER is undone, by real calls. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill } from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fail2ban, fetchFail2ban } from '../lab/fail2ban.ts';
import { freeSipPort } from '../lab/ports.ts';
import { installSoftphone, Softphone } from '../lab/softphone.ts';
import { until } from '../lab/until.ts';
import { EvictScene, SOON } from './evict-scene.ts';
import { AT_DESK, AT_THIEF, DESK_PHONE, OUTSIDE, statusOf, THIEF } from './scene.ts';

const FILTER = new URL('../../data/fail2ban/filter.d/device-lock.conf', import.meta.url).pathname;
const AT_SOFTPHONE = '127.0.0.41';
/** A service that was killed, an Asterisk that was restarted: they are back by then. */
const BACK = 30_000;

/** Addresses that fail2ban finds in lines of the log, by the filter that is shipped. */
async function banned(lines: Buffer): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'device-lock-log-'));
  try {
    await writeFile(join(folder, 'log'), lines);
    const found = await fail2ban('fail2ban-regex', '--out', 'ip', join(folder, 'log'), FILTER);
    return found.split('\n').filter((line) => line !== '');
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe.each(['22', '16'] as const)('Asterisk %s', (version) => {
  let scene: EvictScene;
  beforeAll(async () => {
    await installSoftphone();
    await fetchFail2ban();
    scene = await EvictScene.open(version);
  });
  afterEach(() => scene?.tidy());
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it.each(['udp', 'tcp', 'tls'] as const)(
    'rings at the phone that a thief displaced, over %s',
    async (transport) => {
      await scene.evicting('1001');
      const phone = await scene.deskPhone('1001', { transport });
      const violation = await scene.evicted('1001', () => scene.thief('1001', { transport }));
      expect(violation).toMatchObject({ userAgent: THIEF, ended: { how: 'evicted' } });
      await scene.scene.knows('1001', DESK_PHONE);
      await scene.ringsAt(phone, '1001');
      const { contacts, reactions } = await scene.shown('1001');
      expect(contacts).toMatchObject([{ addressProof: 'seen', address: `${AT_DESK}:${phone.address.port}` }]);
      expect(reactions).toMatchObject([
        { kind: 'restored', userAgent: DESK_PHONE },
        { kind: 'evicted', userAgent: THIEF },
      ]);
    },
  );

  it.each(['udp', 'tcp', 'tls'] as const)(
    'removes the thief beside the phone, over %s',
    async (transport) => {
      await scene.evicting('1011');
      const phone = await scene.deskPhone('1011', { transport });
      const calls: unknown[] = [];
      const onInvite = (call: unknown) => {
        calls.push(call);
        return 'answer' as const;
      };
      await scene.evicted('1011', () => scene.thief('1011', { transport, onInvite }));
      await scene.ringsAt(phone, '1011');
      expect(calls).toEqual([]);
      await scene.scene.knows('1011', DESK_PHONE);
    },
  );

  it('does so where Asterisk qualifies contacts and the phone says it is elsewhere, behind its NAT', async () => {
    await scene.evicting('1003');
    const phone = await scene.deskPhone('1003', {}, { contactUri: 'sip:1003@192.168.77.7:5060' });
    await scene.evicted('1003', () => scene.thief('1003'));
    await scene.scene.knows('1003', DESK_PHONE);
    await scene.ringsAt(phone, '1003');
    // The phone registers on as if nothing had been.
    expect((await phone.register()).status).toBe(200);
    await scene.ringsAt(phone, '1003');
    await scene.scene.knows('1003', DESK_PHONE);
  });

  it('logs what fail2ban finds the thief by, and nobody else', async () => {
    const log = join(scene.scene.lab.home, 'service', 'device-lock.log');
    const before = (await readFile(log)).length;
    await scene.evicting('1001');
    await scene.deskPhone('1001');
    await scene.evicted('1001', () => scene.thief('1001'));
    await until('fail2ban finds who it was', SOON, async () => {
      const lines = (await readFile(log)).subarray(before);
      return (await banned(lines)).join() === AT_THIEF;
    });
  });

  it('removes the phone itself where it comes back as another device, until it is the right one again', async () => {
    await scene.evicting('1002');
    const phone = await scene.deskPhone('1002');
    await scene.evicted('1002', () => phone.register({ userAgent: THIEF, expires: 200 }));
    await scene.scene.knows('1002');
    expect((await phone.register()).status).toBe(200);
    await scene.scene.knows('1002', DESK_PHONE);
  });

  it.each<[string, object]>([
    ['in monitor', { mode: 'monitor' }],
    ['where it is not wanted', { evict: false }],
  ])('removes nobody %s', async (_, more) => {
    await scene.evicting('1011', more);
    const { evicted } = (await scene.status()).reactions;
    await scene.phone('1011', DESK_PHONE);
    await scene.scene.knows('1011', DESK_PHONE);
    await scene.thief('1011');
    await scene.scene.knows('1011', DESK_PHONE, THIEF);
    expect((await scene.status()).reactions).toMatchObject({ evicted });
  });

  it('removes nobody because the lock changed, until the device registers', async () => {
    const thief = await scene.thief('1012');
    await scene.scene.knows('1012', THIEF);
    await scene.evicting('1012');
    await scene.scene.knows('1012', THIEF);
    expect(await scene.scene.violations('1012')).toMatchObject([{ ended: null }]);
    await scene.evicted('1012', () => thief.register({ expires: 200 }));
    await scene.scene.knows('1012');
  });

  it('leaves a phone that unregistered by itself unregistered', async () => {
    await scene.evicting('1004');
    const phone = await scene.deskPhone('1004');
    await phone.register({ expires: 0 });
    await scene.evicted('1004', () => scene.thief('1004'));
    await scene.scene.knows('1004');
  });

  it('removes a contact that is not UTF-8, by which the phone cannot be called', async () => {
    await scene.evicting('1004');
    const phone = await scene.deskPhone('1004');
    const violation = await scene.evicted('1004', () => scene.stray('1004'));
    expect(violation).toMatchObject({ reason: 'malformed-user-agent', ended: { how: 'evicted' } });
    await scene.scene.knows('1004', DESK_PHONE);
    await scene.ringsAt(phone, '1004');
  });

  it('does so also where nothing but a whole list shows it, beside the phone', async () => {
    await scene.evicting('1011');
    const phone = await scene.deskPhone('1011');
    await scene.evicted('1011', async () => {
      await scene.stray('1011');
      await scene.scene.lab.rasterisk('module reload res_pjsip.so');
    });
    await scene.scene.knows('1011', DESK_PHONE);
    await scene.ringsAt(phone, '1011');
  });

  it('holds out against a thief that registers twenty times a second', async () => {
    await scene.evicting('1001');
    const phone = await scene.deskPhone('1001');
    const before = await scene.status();
    const thief = await scene.thief('1001');
    const caller = await scene.scene.phone('1005', DESK_PHONE);
    let isOver = false;
    const calls = (async () => {
      let answered = 0;
      while (!isOver) if ((await statusOf(caller, OUTSIDE)) === 200) answered++;
      return answered;
    })();
    for (let n = 0; n < 60; n++) {
      const next = performance.now() + 50;
      await thief.register({ expires: 100 + n });
      await until('the next twentieth of a second', 1000, () => performance.now() >= next);
    }
    isOver = true;
    expect(await calls).toBeGreaterThan(5);
    await scene.isRidOf(AT_THIEF);
    await scene.scene.knows('1001', DESK_PHONE);
    await scene.ringsAt(phone, '1001');
    const { reactions } = await scene.status();
    // Again and again; how often depends on the machine, which may take several REGISTERs for one.
    expect(reactions.evicted - before.reactions.evicted).toBeGreaterThan(10);
    // One fight is one violation, and one line of each kind.
    expect(await scene.scene.violations('1001')).toHaveLength(1);
    expect((await scene.shown('1001')).reactions).toHaveLength(2);
  });

  it('takes the phone back after the service was killed in the middle', async () => {
    await scene.evicting('1001');
    const phone = await scene.deskPhone('1001');
    const { pid } = scene.scene.service;
    if (pid === undefined) throw new Error('the service does not run');
    kill(pid, 'SIGKILL');
    await scene.thief('1001');
    await until('another service', BACK, () => ![undefined, pid].includes(scene.scene.service.pid));
    await until('it guards', BACK, () => scene.scene.service.ready().then(() => true));
    await scene.scene.knows('1001', DESK_PHONE);
    await scene.ringsAt(phone, '1001');
  });

  it('takes the phone back after Asterisk was restarted in the middle', async () => {
    await scene.evicting('1001');
    const phone = await scene.deskPhone('1001');
    scene.cable.cut();
    await scene.thief('1001');
    await scene.scene.lab.restartAsterisk();
    scene.cable.join();
    await until('the service guards again', BACK, () => scene.scene.service.ready().then(() => true));
    await scene.scene.knows('1001', DESK_PHONE);
    await scene.ringsAt(phone, '1001');
  });

  it('lets a real softphone be called after a thief displaced it', async () => {
    await scene.evicting('1004', { alternatives: [{ kind: 'custom', match: 'prefix', value: 'baresip ' }] });
    const { lab } = scene.scene;
    await using softphone = await Softphone.start({
      ...{ server: lab.sip, user: '1004', password: lab.passwordOf('1004') },
      at: { host: AT_SOFTPHONE, port: await freeSipPort(AT_SOFTPHONE) },
    });
    expect(softphone).toBeDefined();
    const isHome = async () => (await scene.shown('1004')).contacts.some(({ matches }) => matches === true);
    await until('baresip is registered', 2 * SOON, isHome);
    await scene.keeps('1004');
    await scene.evicted('1004', () => scene.thief('1004'));
    await until('baresip is back', SOON, isHome);
    expect(await statusOf(await scene.scene.phone('1002', DESK_PHONE), '1004')).toBe(200);
  });

  it("ends the thief's calls in progress, but neither the phone's nor an emergency", async () => {
    const thief = await scene.thief('1011');
    const phone = await scene.phone('1011', DESK_PHONE);
    await scene.scene.knows('1011', DESK_PHONE, THIEF);
    const [stolen, own] = [await thief.invite(OUTSIDE), await phone.invite(OUTSIDE)];
    const emergency = await thief.invite('911');
    expect([stolen.status, own.status, emergency.status]).toEqual([200, 200, 200]);
    await scene.evicting('1011', { evict: false, hangUp: true });
    await thief.register({ expires: 200 });
    expect(await stolen.ended).toBe('remote');
    await until('it is on record', SOON, async () => (await scene.status()).reactions.hungUp > 0);
    expect((await scene.shown('1011')).reactions[0]).toMatchObject({ kind: 'hung-up', count: 1 });
    const still = await Promise.race([own.ended, emergency.ended, Promise.resolve('up')]);
    expect(still).toBe('up');
    await Promise.all([own.hangup(), emergency.hangup()]);
  });
});
