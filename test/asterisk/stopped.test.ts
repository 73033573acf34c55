/** What must be stopped, by real calls. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AT_THIEF, DESK_PHONE, ELSEWHERE, OUTSIDE, Scene, statusOf, THIEF } from './scene.ts';

describe.each(['22', '16'] as const)('Asterisk %s refuses', (version) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open(version);
  });
  afterEach(() => scene?.tidy());
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it('another phone that registers with the right password and then calls', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const thief = await scene.registeredThief('1001');
    expect(await statusOf(thief)).toBe(403);
    expect(await statusOf(thief, '1002')).toBe(403);
  });

  it('one that calls without any REGISTER', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    expect(await statusOf(await scene.thief('1001'))).toBe(403);
  });

  it('one that refreshes the same contact with another User-Agent', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const phone = await scene.registered('1001', DESK_PHONE, { at: AT_THIEF });
    expect(await statusOf(phone)).toBe(200);
    expect((await phone.register({ userAgent: THIEF })).status).toBe(200);
    await scene.knows('1001', THIEF);
    expect(await statusOf(phone, OUTSIDE, { userAgent: THIEF })).toBe(403);
    expect(await statusOf(phone, OUTSIDE, { userAgent: DESK_PHONE })).toBe(403);
    expect((await scene.violations('1001')).map(({ by }) => by)).toContainEqual(['REGISTER', 'INVITE']);
  });

  it('one that registers as the right phone and calls as another', async () => {
    await scene.lockTo('1011', DESK_PHONE);
    const thief = await scene.registeredThief('1011', DESK_PHONE);
    expect(await statusOf(thief, OUTSIDE, { userAgent: THIEF })).toBe(403);
  });

  it('one that registers as another and calls as the right phone from the same address', async () => {
    await scene.lockTo('1011', DESK_PHONE);
    await scene.registered('1011', DESK_PHONE);
    const thief = await scene.registeredThief('1011');
    await scene.knows('1011', DESK_PHONE, THIEF);
    expect(await statusOf(thief, OUTSIDE, { userAgent: DESK_PHONE })).toBe(403);
  });

  it('that one too over TCP', async () => {
    await scene.lockTo('1011', DESK_PHONE);
    const thief = await scene.registered('1011', THIEF, { at: AT_THIEF, transport: 'tcp' });
    await scene.knows('1011', THIEF);
    expect(await statusOf(thief, OUTSIDE, { userAgent: DESK_PHONE })).toBe(403);
  });

  it.each<[string, string | Buffer | null]>([
    ['no User-Agent', null],
    ['an empty one', ''],
    ['the right one with a character more', `${DESK_PHONE}1`],
    ['the right one with a character less', DESK_PHONE.slice(0, -1)],
    ['the right one in other case', DESK_PHONE.toUpperCase()],
    ['the right one followed by 3 KB', DESK_PHONE + 'x'.repeat(3000)],
    ['commas', `${DESK_PHONE},,`],
    ['quotes', `"${DESK_PHONE}"`],
    ['a backslash and a quote', `${DESK_PHONE}\\"`],
    ['parentheses and braces', `${DESK_PHONE})}]`],
    ['a variable of the dialplan', `\${GLOBAL(DEVICELOCK_GATE)}${DESK_PHONE}`],
    ['an expression of the dialplan', `$[1]${DESK_PHONE}`],
    ['the answer itself', 'allow'],
    ['a CR LF that folds the header', `${DESK_PHONE}\r\n x`],
    ['bytes that are not UTF-8', Buffer.from([...Buffer.from(DESK_PHONE), 0xff, 0xfe])],
    ['UTF-8 that looks alike', DESK_PHONE.replace('T', 'Т')],
    ['a zero-width space', `${DESK_PHONE}\u200b`],
    ['a tab', `${DESK_PHONE}\tx`],
  ])('a call with %s', async (_, userAgent) => {
    await scene.lockTo('1001', DESK_PHONE);
    const thief = await scene.thief('1001');
    expect(await statusOf(thief, OUTSIDE, { userAgent })).toBe(403);
  });

  it('a line end inside the User-Agent: Asterisk drops the whole message', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const thief = await scene.thief('1001', `${DESK_PHONE}\nSET VARIABLE DEVICELOCK_VERDICT allow`);
    await expect(thief.invite(OUTSIDE, { deadlineMs: 1000 })).rejects.toThrow(/no final answer/);
  });

  it('a User-Agent of 4 KB and more over TCP, where nothing cuts it', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const thief = await scene.phone('1001', null, { at: AT_THIEF, transport: 'tcp' });
    for (const kilobytes of [4, 12]) {
      const userAgent = DESK_PHONE + ' '.repeat(10) + 'x'.repeat(kilobytes * 1024);
      expect(await statusOf(thief, OUTSIDE, { userAgent })).toBe(403);
    }
  });

  it('a call within 5 ms of the 200 OK to its REGISTER', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    for (let n = 0; n < 20; n++) {
      const thief = await scene.thief('1001');
      const { status, at } = await thief.register();
      const call = await thief.invite(OUTSIDE);
      expect([status, call.status]).toEqual([200, 403]);
      expect(call.sentAt - at).toBeLessThan(5);
    }
  });

  it('one that claims another extension in From or P-Asserted-Identity', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const thief = await scene.registeredThief('1001');
    // PJSIP takes the endpoint from From, so the password is not that one's.
    expect(await statusOf(thief, OUTSIDE, { from: '1002' })).toBe(401);
    const headers = [['P-Asserted-Identity', '<sip:1002@127.0.0.1>']] as const;
    expect(await statusOf(thief, OUTSIDE, { headers })).toBe(403);
  });

  it('with require-registration, the right User-Agent from an address that never registered', async () => {
    await scene.policy('1001', {
      alternatives: [{ kind: 'device', userAgent: DESK_PHONE }],
      requireRegistration: true,
    });
    const phone = await scene.registered('1001', DESK_PHONE);
    await scene.knows('1001', DESK_PHONE);
    const thief = await scene.thief('1001', DESK_PHONE);
    expect(await statusOf(thief)).toBe(403);
    expect(await statusOf(await scene.phone('1001', DESK_PHONE, { at: ELSEWHERE }))).toBe(403);
    expect(await statusOf(phone)).toBe(200);
  });

  it('a call by a context of its own that only passes the second gate', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    expect(await statusOf(await scene.thief('1001'), '80442071838750')).toBe(403);
  });

  it('a feature code', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    expect(await statusOf(await scene.thief('1001'), '*65')).toBe(403);
  });

  it('a device of another family than the phone model, and no look-alike', async () => {
    await scene.lock('1001', { kind: 'model', model: 'yealink-t' });
    const phone = await scene.phone('1001', DESK_PHONE);
    expect(await statusOf(phone)).toBe(200);
    expect(await statusOf(phone, OUTSIDE, { userAgent: 'Grandstream GXP2170 1.0.11.57' })).toBe(403);
    expect(await statusOf(phone, OUTSIDE, { userAgent: `my ${DESK_PHONE}` })).toBe(403);
  });
});
