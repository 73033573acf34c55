/** What is on record of a wrong device: in the command's output, in the log, in Asterisk's own call records. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallView, ExtensionView, ViolationView } from '../../src/api/shapes.ts';
import { path, query } from '../../src/cli/client.ts';
import type { ViolationEnd } from '../../src/domain/violation.ts';
import type { LogLine } from '../lab/service.ts';
import { until } from '../lab/until.ts';
import type { SipPhone } from '../sip/phone.ts';
import { AT_THIEF, callOf, DESK_PHONE, ELSEWHERE, OUTSIDE, Scene, statusOf } from './scene.ts';

const SOON_MS = 5000;
/** The spoken refusal's own length, and what a noisy machine adds. Milliseconds. */
const PROMPT_MS = [4000, 7000] as const;
/** Spoken refusals an extension gets in a minute. */
const SPOKEN = 3;

describe.each(['22', '16'] as const)('Asterisk %s', (version) => {
  let scene: Scene;
  let devices = 0;
  beforeAll(async () => {
    scene = await Scene.open(version, { gate: { refusal: 'plain' } });
  });
  afterEach(() => scene?.tidy());
  afterAll(() => scene?.[Symbol.asyncDispose]());

  /** A device that no other test has, so that its records are this test's alone. */
  const newDevice = () => `friendly-scanner ${++devices}`;
  const newNumber = () => `90044999${String(++devices).padStart(6, '0')}`;

  describe('a wrong device that registers and calls', () => {
    it('is one violation with its counts, in JSON and in a table', async () => {
      await scene.lockTo('1001', DESK_PHONE);
      const device = newDevice();
      const thief = await scene.registeredThief('1001', device);
      await scene.knows('1001', device);
      expect(await statusOf(thief)).toBe(403);
      expect(await statusOf(thief)).toBe(403);
      const found = await shown('1001', device);
      expect(found).toMatchObject([
        {
          ...{ extension: '1001', reason: 'wrong-device', mode: 'enforce', by: ['REGISTER', 'INVITE'] },
          ...{ registers: 1, calls: 2, dialled: OUTSIDE, ended: null, userAgentFault: null },
          address: expect.stringContaining(`${AT_THIEF}:`),
        },
      ]);
      const rows = (await said('violations', '1001', '--open'))
        .split('\n')
        .filter((row) => /^1001/.test(row));
      expect(rows).toHaveLength(1);
      expect(rows[0]).toMatch(/^1001 +\S+.* wrong-dev\S* +3 +127\.0\.0\.66:\d+ +friendly\S* ?\S* +open$/);
      expect(await said('show', '1001')).toContain('Open violations');
    });

    it('is one line in the log, and each refused call one with what was dialled', async () => {
      await scene.lockTo('1001', DESK_PHONE);
      const [device, first, second] = [newDevice(), newNumber(), newNumber()];
      const thief = await scene.registeredThief('1001', device);
      await scene.knows('1001', device);
      expect(await statusOf(thief, first)).toBe(403);
      expect(await statusOf(thief, second)).toBe(403);
      const [violation] = await shown('1001', device);
      await until('both calls are in the log', SOON_MS, async () => (await linesOf(device)).length >= 3);
      const about = { extension: '1001', userAgent: device, violation: violation?.id, level: 'warn' };
      const [opened, ...calls] = await linesOf(device);
      expect(opened).toMatchObject({ event: 'violation-opened', ...about, reason: 'wrong-device' });
      expect(opened?.['from']).toContain(AT_THIEF);
      expect(calls).toMatchObject([
        { event: 'call-refused', ...about, dialled: first, outcome: 'refused' },
        { event: 'call-refused', ...about, dialled: second, outcome: 'refused' },
      ]);
    });

    it('leaves a CDR of each dropped call that names the reason, and nothing the caller wrote in it', async () => {
      await scene.lockTo('1001', DESK_PHONE);
      const [device, dialled] = [newDevice(), newNumber()];
      expect(await statusOf(await scene.thief('1001', device), dialled)).toBe(403);
      const row = await scene.cdrOf(dialled);
      expect(row).toMatchObject({
        userfield: 'device-lock:wrong-device',
        disposition: 'NO ANSWER',
        billsec: 0,
      });
      expect((await scene.lab.cdr()).filter(({ dst }) => dst === dialled)).toHaveLength(1);
      expect(JSON.stringify(row)).not.toContain(device);
      const [call] = (await callsAt('1001')).filter((one) => one.dialled === dialled);
      expect(call).toMatchObject({ linkedId: row.uniqueid, outcome: 'refused', userAgent: device });
    });
  });

  it('counts a call that passes both gates as one', async () => {
    await scene.policy('1001', {
      alternatives: [{ kind: 'device', userAgent: DESK_PHONE }],
      mode: 'monitor',
    });
    const [device, dialled] = [newDevice(), newNumber()];
    expect(await statusOf(await scene.thief('1001', device), dialled)).toBe(200);
    await until('the call is on record', SOON_MS, async () => (await shown('1001', device)).length > 0);
    expect(await shown('1001', device)).toMatchObject([{ calls: 1, registers: 0, mode: 'monitor' }]);
    expect((await callsAt('1001')).filter((call) => call.dialled === dialled)).toMatchObject([
      { outcome: 'monitored', userAgent: device },
    ]);
    const { sightings } = await scene.service.api.get<ExtensionView>(path('extensions', '1001'));
    expect(sightings.filter(({ userAgent }) => userAgent === device)).toMatchObject([
      { by: 'INVITE', count: 1, matched: false },
    ]);
    expect((await linesOf(device)).map(({ event }) => event)).toEqual(['call-monitored', 'violation-opened']);
  });

  describe('a violation ends, and says how', () => {
    const ways: [ViolationEnd, string, (thief: SipPhone) => Promise<unknown>][] = [
      ['contact-gone', 'when its device unregisters', (thief) => thief.register({ expires: 0 })],
      [
        'matched',
        'when its contact refreshes as the right phone',
        (thief) => thief.register({ userAgent: DESK_PHONE }),
      ],
      [
        'lock-changed',
        'when the lock accepts it',
        () => scene.lock('1011', { kind: 'custom', match: 'prefix', value: 'friendly-' }),
      ],
      ['lock-changed', 'when the lock is taken away', () => scene.service.run('unlock', '1011')],
      ['cleared', 'when an operator clears it', () => scene.service.run('clear', '1011')],
    ];
    it.each(ways)('%s: %s', async (how, _, end) => {
      const { device, thief } = await setTheStage();
      expect((await flags()).includes('1011')).toBe(true);
      await end(thief);
      await until('it has ended', SOON_MS, async () => (await open(device)).length === 0);
      const [violation] = await shown('1011', device);
      expect(violation).toMatchObject({ registers: 1, calls: 1, ended: { how } });
      const rows = (await said('violations', '1011')).split('\n');
      expect(rows[1]).toMatch(new RegExp(` ${how}$`));
      await until('its end is in the log', SOON_MS, async () =>
        (await linesOf(device)).some(
          ({ event, violation: id, ended }) =>
            event === 'violation-ended' && id === violation?.id && ended === how,
        ),
      );
      await scene.service.ready();
      expect((await flags()).includes('1011')).toBe(false);
    });

    it("not by the real phone's REGISTERs beside it", async () => {
      const { device, thief } = await setTheStage();
      const phone = await scene.registered('1011', DESK_PHONE, { at: ELSEWHERE });
      await scene.knows('1011', DESK_PHONE, device);
      for (let n = 0; n < 3; n++) await phone.register({ expires: 300 + n });
      await scene.knows('1011', DESK_PHONE, device);
      expect(await open(device)).toHaveLength(1);
      expect(await statusOf(phone)).toBe(200);
      expect(await statusOf(thief)).toBe(403);
      expect(await shown('1011', device)).toMatchObject([{ ended: null, registers: 1, calls: 2 }]);
    });

    it('of a displaced thief by the REGISTER that displaces it', async () => {
      await scene.lockTo('1001', DESK_PHONE);
      const device = newDevice();
      await scene.registeredThief('1001', device);
      await scene.knows('1001', device);
      await scene.registered('1001', DESK_PHONE);
      await scene.knows('1001', DESK_PHONE);
      expect(await shown('1001', device)).toMatchObject([{ ended: { how: 'contact-gone' } }]);
    });
  });

  it.each([
    ['REGISTER', (thief: SipPhone) => thief.register({ expires: 600 })],
    ['call', (thief: SipPhone) => statusOf(thief)],
  ] as const)("opens again, once it was cleared, on the thief's next %s", async (_, come) => {
    const { device, thief } = await setTheStage();
    await scene.service.run('clear', '1011');
    const [cleared] = await shown('1011', device);
    expect(cleared?.ended?.how).toBe('cleared');
    await come(thief);
    await until('it is open again', SOON_MS, async () => (await open(device)).length === 1);
    const [again, before] = await shown('1011', device);
    expect(again).toMatchObject({ ended: null });
    expect(again?.id).toBeGreaterThan(cleared?.id ?? 0);
    expect(before).toEqual(cleared);
  });

  it('stays cleared over a restart of the service, until the thief registers again', async () => {
    const { device, thief } = await setTheStage();
    await scene.service.run('clear', '1011');
    await scene.service.stop();
    await scene.service.start();
    await scene.knows('1011', device);
    expect(await open(device)).toEqual([]);
    await thief.register({ expires: 600 });
    await until('it is open again', SOON_MS, async () => (await open(device)).length === 1);
  });

  /** A thief that is registered at 1011 and was refused once. */
  async function setTheStage() {
    await scene.lockTo('1011', DESK_PHONE);
    const device = newDevice();
    const thief = await scene.registeredThief('1011', device);
    await scene.knows('1011', device);
    expect(await statusOf(thief)).toBe(403);
    await until('the call is counted', SOON_MS, async () => (await shown('1011', device))[0]?.calls === 1);
    await scene.service.ready();
    return { device, thief };
  }

  /** What the command says in JSON of one device. */
  async function shown(extension: string, device: string): Promise<ViolationView[]> {
    const { violations } = await scene.service.json<{ violations: ViolationView[] }>('violations', extension);
    return violations.filter(({ userAgent }) => userAgent === device);
  }

  async function open(device: string): Promise<ViolationView[]> {
    return (await scene.violations('1011')).filter(
      ({ userAgent, ended }) => userAgent === device && ended === null,
    );
  }

  async function said(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await scene.service.run(...args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  }

  async function linesOf(device: string): Promise<LogLine[]> {
    return (await scene.service.log()).filter((line) => line['userAgent'] === device);
  }

  async function callsAt(extension: string): Promise<CallView[]> {
    return (await scene.service.api.get<{ calls: CallView[] }>(path('calls') + query({ extension }))).calls;
  }

  /** Extensions that the dialplan knows to be in violation. */
  async function flags(): Promise<(string | undefined)[]> {
    const shownByAsterisk = await scene.lab.rasterisk('database show CUSTOMLOCK/VIOLATION');
    return [...shownByAsterisk.matchAll(/^\/CUSTOMLOCK\/VIOLATION\/(\S+) *: 1/gm)].map(([, name]) => name);
  }
});

describe.each(['22', '16'] as const)('with a spoken refusal, Asterisk %s', (version) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(version);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it('speaks to the first few refused calls of a minute, and is short with those that follow', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const spoken = await Promise.all(
      Array.from({ length: SPOKEN }, async () => callOf(await scene.thief('1001'))),
    );
    for (const { status, provisional, ms, rtpPackets } of spoken) {
      expect({ status, provisional }).toMatchObject({
        status: 403,
        provisional: expect.arrayContaining([183]),
      });
      expect(ms).toBeGreaterThan(PROMPT_MS[0]);
      expect(ms).toBeLessThan(PROMPT_MS[1]);
      expect(rtpPackets).toBeGreaterThan(100);
    }
    for (let n = 0; n < 3; n++) {
      const { status, provisional, ms } = await callOf(await scene.thief('1001'));
      expect(status).toBe(403);
      expect(provisional).not.toContain(183);
      expect(ms).toBeLessThan(1000);
    }
  });
});
