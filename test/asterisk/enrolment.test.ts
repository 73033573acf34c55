/** A replaced phone takes its extension's lock over by a feature code and a one-time code; who has no code gets nothing. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AuditView, ExtensionView, NewEnrolmentView } from '../../src/api/shapes.ts';
import { path, query } from '../../src/cli/client.ts';
import { until } from '../lab/until.ts';
import type { Call } from '../sip/call.ts';
import type { SipPhone } from '../sip/phone.ts';
import { AT_THIEF, DESK_PHONE, ELSEWHERE, Scene, statusOf, THIEF } from './scene.ts';

const NEW_PHONE = 'snomD785/10.1.159.12';
const SOON_MS = 10_000;
const FEATURE = '*55';
const WRONG = '00000000';
/** What a CDR says before what the caller was told. */
const SAID = 'device-lock:enrolment-';

describe.each(['22', '16'] as const)('enrolment from the phone, Asterisk %s', (version) => {
  let scene: Scene;
  /** Call records of enrolments so far. */
  let records = 0;
  beforeAll(async () => {
    records = 0;
    scene = await Scene.open(version, { gate: { refusal: 'plain' } });
  });
  afterEach(async () => {
    await scene?.lab.rasterisk('channel request hangup all');
    await scene?.tidy();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it('the new phone dials the code at once: the lock moves to it, and the old one is refused', async () => {
    const { desk, fresh } = await twoPhones('1011');
    expect(await statusOf(fresh)).toBe(403);
    const code = await codeFor('1011');
    expect(await dial(fresh, code)).toBe('enrolled');
    expect((await shown('1011')).lock.alternatives).toEqual([{ kind: 'device', userAgent: NEW_PHONE }]);
    expect(await statusOf(fresh)).toBe(200);
    expect(await statusOf(desk)).toBe(403);
    const open = (await scene.violations('1011')).filter(({ ended }) => ended === null);
    expect(open.map(({ userAgent }) => userAgent)).toEqual([DESK_PHONE]);
    const { audit } = await scene.service.api.get<{ audit: AuditView[] }>(
      path('audit') + query({ target: '1011' }),
    );
    expect(audit[0]).toMatchObject({ who: 'enrolment', action: 'enrol' });
    expect((await scene.service.log()).filter(({ event }) => event === 'phone-enrolled')).toMatchObject([
      { extension: '1011', userAgent: NEW_PHONE },
    ]);
    expect(await dial(desk, code)).toBe('wrong');
  });

  it('at the prompt, a mistyped code can be typed again', async () => {
    const { fresh } = await twoPhones('1012');
    const code = await codeFor('1012');
    const call = await fresh.invite(FEATURE);
    await until('the prompt is heard', SOON_MS, () => call.rtpPackets > 5);
    await mistype(call, `${WRONG.slice(1)}#`);
    await speaks('Read');
    expect(await call.press(code)).toBe(200);
    await speaks('Playback');
    await call.hangup();
    expect(await said()).toBe('enrolled');
    expect(await statusOf(fresh)).toBe(200);
  });

  it("without a code, with another extension's, with a wrong one: the same answer, and nothing moves", async () => {
    const { fresh } = await twoPhones('1013');
    const others = await codeFor('1012');
    expect(await dial(fresh, others)).toBe('wrong');
    await codeFor('1013');
    expect(await dial(fresh, others)).toBe('wrong');
    const called = await scene.registered('1003', NEW_PHONE, { at: ELSEWHERE, onInvite: () => 'answer' });
    await scene.knows('1003', NEW_PHONE);
    const code = await codeFor('1003');
    await scene.lab.rasterisk(`channel originate PJSIP/1003 extension ${FEATURE}${code}@from-internal`);
    const call = await called.incoming();
    await speaks();
    await call.hangup();
    expect(await said()).toBe('wrong');
    for (const extension of ['1013', '1003']) {
      expect((await shown(extension)).lock.alternatives).not.toContainEqual({
        kind: 'device',
        userAgent: NEW_PHONE,
      });
    }
  });

  it('a phone that is not registered where it calls from is told so, and the code stays good', async () => {
    const { fresh } = await twoPhones('1011');
    const code = await codeFor('1011');
    expect(await dial(await scene.phone('1011', NEW_PHONE, { at: AT_THIEF }), code)).toBe('unregistered');
    expect(await dial(await scene.thief('1011', NEW_PHONE), code)).toBe('unregistered');
    expect(await dial(fresh, code)).toBe('enrolled');
  });

  it('a new phone that is evicted as soon as it registers can be enrolled all the same', async () => {
    await scene.policy('1011', { alternatives: [{ kind: 'device', userAgent: DESK_PHONE }], evict: true });
    await scene.registered('1011', DESK_PHONE);
    const fresh = await scene.registered('1011', NEW_PHONE, { at: ELSEWHERE });
    await until('it was evicted', SOON_MS, async () =>
      (await scene.service.log()).some(({ event }) => event === 'evicted'),
    );
    expect(await dial(await scene.phone('1011', NEW_PHONE, { at: AT_THIEF }), WRONG)).toBe('unregistered');
    expect(await dial(fresh, await codeFor('1011'))).toBe('enrolled');
    expect(await statusOf(fresh)).toBe(200);
    await fresh.register();
    await scene.knows('1011', DESK_PHONE, NEW_PHONE);
  });

  it('whoever guesses is locked out where they are, and the owner elsewhere is not', async () => {
    const { fresh } = await twoPhones('1012');
    const thief = await scene.registeredThief('1012');
    await scene.knows('1012', DESK_PHONE, NEW_PHONE, THIEF);
    const code = await codeFor('1012');
    const call = await thief.invite(`${FEATURE}${WRONG}`);
    await mistype(call, WRONG);
    await mistype(call, WRONG);
    await speaks('Playback');
    await call.hangup();
    expect(await said()).toBe('wrong');
    expect(await dial(thief, code)).toBe('limited');
    expect(await dial(fresh, code)).toBe('enrolled');
  });

  it('where wrong devices are evicted, the new phone is awaited, also where it displaces the old one', async () => {
    await scene.policy('1001', {
      alternatives: [{ kind: 'device', userAgent: DESK_PHONE }],
      evict: true,
      hangUp: true,
    });
    const desk = await scene.registered('1001', DESK_PHONE);
    await scene.knows('1001', DESK_PHONE);
    const code = await codeFor('1001');
    const fresh = await scene.registered('1001', NEW_PHONE, { at: ELSEWHERE });
    await scene.knows('1001', NEW_PHONE);
    expect(await statusOf(fresh)).toBe(403);
    expect(await dial(fresh, code)).toBe('enrolled');
    expect(await statusOf(fresh)).toBe(200);
    // From then on it is the old phone that is evicted.
    expect((await desk.register({ expires: 200 })).status).toBe(200);
    await until('the old phone was evicted', SOON_MS, async () => {
      const { reactions } = await shown('1001');
      return reactions.some(({ kind, userAgent }) => kind === 'restored' && userAgent === NEW_PHONE);
    });
    await scene.knows('1001', NEW_PHONE);
  });

  it('while the service is down, it says so; the code outlives the restart', async () => {
    const { fresh } = await twoPhones('1013');
    const code = await codeFor('1013');
    await scene.service.stop();
    try {
      expect(await dial(fresh, code)).toBe('unanswered');
    } finally {
      await scene.service.start();
    }
    await scene.knows('1013', DESK_PHONE, NEW_PHONE);
    expect(await dial(fresh, code)).toBe('enrolled');
  });

  /** A locked extension with its phone, and the phone that shall replace it beside it. */
  async function twoPhones(extension: string): Promise<{ desk: SipPhone; fresh: SipPhone }> {
    await scene.lockTo(extension, DESK_PHONE);
    const desk = await scene.registered(extension, DESK_PHONE);
    const fresh = await scene.registered(extension, NEW_PHONE, { at: ELSEWHERE });
    await scene.knows(extension, DESK_PHONE, NEW_PHONE);
    return { desk, fresh };
  }

  async function codeFor(extension: string): Promise<string> {
    const { code } = await scene.service.json<NewEnrolmentView>('enrol', extension, '--for', '15m');
    return code;
  }

  /** Dials feature code and code at once; what was said to that. */
  async function dial(phone: SipPhone, code: string): Promise<string | undefined> {
    const call = await phone.invite(`${FEATURE}${code}`);
    await speaks();
    await call.hangup();
    return said();
  }

  /** The prompt is on: after the service's answer, or before a code was typed. */
  async function speaks(...applications: string[]): Promise<void> {
    const wanted = applications.length === 0 ? ['Playback', 'Read', 'SayDigits'] : applications;
    const running = new RegExp(`!device-lock-enrol!.*!(?:${wanted.join('|')})!`);
    await until('a prompt is on', SOON_MS, async () =>
      running.test(await scene.lab.rasterisk('core show channels concise')),
    );
  }

  /** What the only call that is or was up was told in the end. */
  async function said(): Promise<string | undefined> {
    await until('the call is over', SOON_MS, async () =>
      (await scene.lab.rasterisk('core show channels count')).includes('0 active channels'),
    );
    let word: string | undefined;
    await until('its record is written', SOON_MS, async () => {
      const rows = (await scene.lab.cdr()).filter(({ userfield }) => userfield.startsWith(SAID));
      word = rows.at(-1)?.userfield.slice(SAID.length);
      return rows.length > records;
    });
    records++;
    return word;
  }

  /** Presses keys at the prompt, and waits until the service has refused them as a code. */
  async function mistype(call: Call, keys: string): Promise<void> {
    const refusals = async () =>
      (await scene.service.log()).filter(({ event }) => event === 'enrolment-refused').length;
    const before = await refusals();
    await speaks('Read');
    expect(await call.press(keys)).toBe(200);
    await until('the code was refused', SOON_MS, async () => (await refusals()) > before);
  }

  async function shown(extension: string): Promise<ExtensionView> {
    return scene.service.api.get<ExtensionView>(path('extensions', extension));
  }
});
