/** The ARI adapter against real Asterisks: what it sees, how soon, and that nothing it does stays behind. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAriAsterisk } from '../../src/asterisk/ari/adapter.ts';
import type { AriAsteriskOptions } from '../../src/asterisk/ari/settings.ts';
import type { Asterisk, AsteriskEvents } from '../../src/asterisk/port.ts';
import { showUserAgent } from '../../src/domain/user-agent.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { until } from '../lab/until.ts';
import { SipPhone } from '../sip/phone.ts';

const POLL_MS = 1000;
const NOTICED_MS = 5000;

type Change = AsteriskEvents['contactChanged'][0];

describe.each(['22', '16'] as const)('ARI of Asterisk %s', (version) => {
  let lab: Lab;
  let asterisk: Asterisk;
  const open: { close(): Promise<void> }[] = [];
  const changes: Change[] = [];
  const downs: string[] = [];
  const logged: string[] = [];

  const record = (level: string) => (fields: object, message: string) => {
    const { err } = fields as { err?: unknown };
    logged.push(`${level} ${message} ${JSON.stringify(fields)} ${String(err)}`);
  };
  const logger = {
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
  };

  beforeAll(async () => {
    lab = await startLab({ asterisk: version });
    asterisk = adapter();
    asterisk.on('contactChanged', (change) => changes.push(change));
    asterisk.on('down', (why) => downs.push(why));
    asterisk.start();
    await until('ARI is up', 20_000, () => asterisk.connected);
  });

  afterEach(async () => {
    for (const phone of open.splice(0)) await phone.close();
    changes.length = 0;
  });

  afterAll(async () => {
    await asterisk?.stop();
    await lab?.stop();
  });

  function adapter(options: Partial<AriAsteriskOptions> = {}): Asterisk {
    const { host, port, user, secret } = lab.ari;
    const timing = { pollEvery: POLL_MS, endpointsEvery: POLL_MS };
    return createAriAsterisk({
      url: `http://${host}:${port}`,
      user,
      password: secret,
      logger,
      timing,
      ...options,
    });
  }

  async function phone(user: string, userAgent: string | Buffer | null): Promise<SipPhone> {
    const one = await SipPhone.open({ server: lab.sip, user, password: lab.passwordOf(user), userAgent });
    open.push(one);
    return one;
  }

  async function registered(user: string, userAgent: string | Buffer | null): Promise<SipPhone> {
    const one = await phone(user, userAgent);
    expect((await one.register()).status).toBe(200);
    return one;
  }

  const channelsLeft = () => lab.rasterisk('core show channels concise');

  test('says the version when it comes up', async () => {
    const second = adapter({ application: 'device-lock-second' });
    const up = new Promise<string>((resolve) => second.once('up', (info) => resolve(info.version)));
    second.start();
    expect(await up).toContain(lab.asterisk);
    await second.stop();
    expect(second.connected).toBe(false);
  });

  test('tells of a new registration, and looks it up with its User-Agent', async () => {
    const userAgent = 'Yealink "SIP-T46U" 108.86, \\(x); ü';
    const one = await registered('1001', userAgent);
    await until('the change is told', NOTICED_MS, () => changes.some(({ uri }) => uri === one.contactUri));
    expect(changes).toContainEqual({ aor: '1001', uri: one.contactUri, removed: false });
    const [contact] = await asterisk.contactsOf('1001', [], [one.contactUri]);
    expect(contact).toMatchObject({
      extension: '1001',
      uri: one.contactUri,
      userAgent: { kind: 'text', text: userAgent },
      source: { address: { transport: 'udp', ...one.address }, proof: 'claimed' },
    });
    expect(contact?.expires).toBeGreaterThan(Date.now() / 1000);
    expect(contact?.callId).not.toBe('');
  });

  test('tells of a registration that ends, and leaves it out', async () => {
    const one = await registered('1002', 'Phone/1');
    const [contact] = await asterisk.contactsOf('1002', [], [one.contactUri]);
    await one.register({ expires: 0 });
    await until('the end is told', NOTICED_MS, () => changes.some(({ removed }) => removed));
    expect(await asterisk.contactsOf('1002', [contact?.id ?? ''], [])).toEqual([]);
  });

  test('lists the registrations of all extensions', async () => {
    const several = [
      await registered('1011', 'A/1'),
      await registered('1011', 'B/2'),
      await registered('1003', null),
    ];
    const listed = await asterisk.listContacts();
    const own = listed.filter(({ uri }) => several.some(({ contactUri }) => contactUri === uri));
    const seen = own.map(({ extension, userAgent }) => `${extension} ${showUserAgent(userAgent)}`);
    expect(seen.sort()).toEqual(['1003 (none)', '1011 A/1', '1011 B/2']);
  });

  test('notices a refresh with another User-Agent within its interval, once', async () => {
    const one = await registered('1004', 'Phone/1');
    await until('the registration is told', NOTICED_MS, () => changes.length > 0);
    const before = await asterisk.contactsOf('1004', [], [one.contactUri]);
    changes.length = 0;
    await one.register({ userAgent: 'Thief/9' });
    await until('the refresh is noticed', POLL_MS + NOTICED_MS, () => changes.length > 0);
    const ids = before.map(({ id }) => id);
    const [after] = await asterisk.contactsOf('1004', ids, [one.contactUri]);
    expect(after?.userAgent).toEqual({ kind: 'text', text: 'Thief/9' });
    expect(changes).toEqual([{ aor: '1004', uri: one.contactUri, removed: false }]);
  });

  test('where Asterisk tells of every refresh, one is noticed at once', async () => {
    const file = join(lab.home, 'etc', 'pjsip.conf');
    const text = await readFile(file, 'utf8');
    const talkative = text.replace(
      'type = global\n',
      'type = global\nsend_contact_status_on_update_registration = yes\n',
    );
    expect(talkative).not.toBe(text);
    await writeFile(file, talkative);
    await lab.rasterisk('module reload res_pjsip.so');
    const patient = adapter({ application: 'device-lock-patient', timing: { pollEvery: 600_000 } });
    patient.start();
    try {
      await until('the second is up', 20_000, () => patient.connected);
      const told: string[] = [];
      patient.on('contactChanged', ({ uri, removed }) => told.push(`${uri} ${removed}`));
      const one = await registered('1013', 'Phone/1');
      const came = `${one.contactUri} false`;
      await until('the registration is told', NOTICED_MS, () => told.includes(came));
      await one.register({ userAgent: 'Thief/9' });
      await until('the refresh is told', NOTICED_MS, () => told.length > 1);
      expect(told).toEqual([came, came]);
    } finally {
      await patient.stop();
      await writeFile(file, text);
      await lab.rasterisk('module reload res_pjsip.so');
    }
  });

  test('a hostile User-Agent does no harm', async () => {
    const hostile = [
      Buffer.from([0x41, 0xff, 0xfe]),
      Buffer.from('A\x01\tB'),
      `L${'o'.repeat(1500)}ng`,
      `\${SHELL(x)}`,
    ];
    for (const userAgent of hostile) await registered('1012', userAgent);
    const listed = (await asterisk.listContacts()).filter(({ extension }) => extension === '1012');
    const kinds = listed.map(({ userAgent }) =>
      userAgent.kind === 'malformed' ? userAgent.why : userAgent.kind,
    );
    expect(kinds.sort()).toEqual(['absent', 'control-character', 'text', 'too-long']);
  });

  test('lists the extensions and no trunk', async () => {
    const extensions = await asterisk.listExtensions();
    expect(extensions.map(({ name }) => name).sort()).toEqual(
      lab.extensions.map(({ extension }) => extension),
    );
  });

  test('where AstDB names devices, the extensions are these', async () => {
    await lab.rasterisk('database put DEVICE 1001/tech pjsip');
    await lab.rasterisk('database put DEVICE 9999/tech pjsip');
    try {
      expect((await asterisk.listExtensions()).map(({ name }) => name)).toEqual(['1001']);
    } finally {
      await lab.rasterisk('database deltree DEVICE');
    }
  });

  test('sets a global variable', async () => {
    await asterisk.setGlobal('DEVICELOCK_TEST', 'one, "two" & three=3');
    expect(await lab.rasterisk('dialplan show globals')).toContain('DEVICELOCK_TEST=one, "two" & three=3');
    await expect(asterisk.setGlobal('SHELL(x)', '1')).rejects.toMatchObject({ fault: 'malformed' });
    await expect(asterisk.setGlobal('X', 'a\nb')).rejects.toMatchObject({ fault: 'malformed' });
  });

  test('writes AstDB, reads it back and deletes it', async () => {
    const entries = new Map([
      ['LOCK_MODE/1001', 'device'],
      ['LOCK/1001/0', `{"lock":[{"exact":"A, \\\\"b\\\\" (c); \${x} $[1+1] \\\\ =|~"}]}`],
      ['LOCK/1001/1', 'x'.repeat(900)],
      ['LOCK', 'a key with keys below'],
      ...Array.from(
        { length: 120 },
        (_, n) => [`PASS/${1000 + n}/${'0'.repeat(36)}${1000 + n}`, String(n)] as const,
      ),
    ]);
    await Promise.all([...entries].map(([key, value]) => asterisk.databasePut('CUSTOMLOCK', key, value)));
    expect(await asterisk.databaseTree('CUSTOMLOCK')).toEqual(entries);
    await asterisk.databasePut('CUSTOMLOCK', 'LOCK_MODE/1001', '');
    expect((await asterisk.databaseTree('CUSTOMLOCK')).get('LOCK_MODE/1001')).toBe('');
    for (const key of entries.keys()) await asterisk.databaseDelete('CUSTOMLOCK', key);
    await asterisk.databaseDelete('CUSTOMLOCK', 'never/was');
    expect(await asterisk.databaseTree('CUSTOMLOCK')).toEqual(new Map());
    await expect(asterisk.databasePut('CUSTOMLOCK', 'a)b', '1')).rejects.toMatchObject({
      fault: 'malformed',
    });
  });

  test('a contact deleted from AstDB is gone', async () => {
    const one = await registered('1013', 'Thief/1');
    const [contact] = await asterisk.contactsOf('1013', [], [one.contactUri]);
    await asterisk.databaseDelete('registrar/contact', contact?.id ?? '');
    expect(await asterisk.contactsOf('1013', [contact?.id ?? ''], [])).toEqual([]);
  });

  test('says of the dialplan whether there is anything', async () => {
    expect(await asterisk.dialplanOf('no-such-context', 's')).toEqual([]);
    await expect(asterisk.dialplanOf('device-lock-ari', 'put')).rejects.toMatchObject({ fault: 'refused' });
  });

  test('without its part of the dialplan it says what is missing', async () => {
    await lab.rasterisk('dialplan remove context device-lock-ari');
    try {
      const put = asterisk.databasePut('CUSTOMLOCK', 'a/b', '1');
      await expect(put).rejects.toThrow(/device-lock-ari/);
    } finally {
      await lab.rasterisk('dialplan reload');
    }
  });

  test('endpoints that come are noticed', async () => {
    const file = join(lab.home, 'etc', 'pjsip.conf');
    const text = await readFile(file, 'utf8');
    const reloaded = new Promise<void>((resolve) => asterisk.once('reloaded', resolve));
    await writeFile(file, `${text}\n[2001]\ntype = endpoint\ncontext = from-internal\n`);
    await lab.rasterisk('module reload res_pjsip.so');
    await reloaded;
  });

  test('no channel and no CDR is left behind', async () => {
    await until('the channels are gone', NOTICED_MS, async () => (await channelsLeft()).trim() === '');
    expect(await lab.cdr()).toEqual([]);
  });

  test('a write leaves no CDR even where unanswered calls have one', async () => {
    const file = join(lab.home, 'etc', 'cdr.conf');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('[general]', '[general]\nunanswered = yes'));
    await lab.rasterisk('module reload cdr');
    await asterisk.databasePut('CUSTOMLOCK', 'a/b', '1');
    await asterisk.databaseDelete('CUSTOMLOCK', 'a/b');
    // One that has a CDR, so that theirs would be there by now.
    await lab.rasterisk('channel originate Local/put@device-lock-none application Wait 1');
    await until('the other has its CDR', NOTICED_MS, async () => (await lab.cdr()).length > 0);
    const destinations = (await lab.cdr()).map(({ dcontext }) => dcontext);
    expect(destinations).not.toContain('device-lock-ari');
    await writeFile(file, text);
    await lab.rasterisk('module reload cdr');
  });

  test('comes back after Asterisk restarts, and says so', async () => {
    const one = await registered('1005', 'Phone/1');
    const ups: string[] = [];
    asterisk.on('up', ({ version: text }) => ups.push(text));
    const listing = lab.restartAsterisk();
    await until('it is down', 20_000, () => downs.length > 0);
    expect(asterisk.connected).toBe(false);
    await expect(asterisk.setGlobal('X', '1')).rejects.toMatchObject({ fault: 'disconnected' });
    await listing;
    await until('it is up again', 30_000, () => ups.length > 0);
    expect(downs).toHaveLength(1);
    const listed = await asterisk.listContacts();
    expect(listed.some(({ uri }) => uri === one.contactUri)).toBe(true);
  });

  test('a wrong password is said once, in words, and never shown', async () => {
    const password = 'wr0ng&%secret';
    const wrong = adapter({ password, application: 'device-lock-wrong' });
    const reasons: string[] = [];
    wrong.on('down', (why) => reasons.push(why));
    wrong.start();
    await until('it is refused', 10_000, () => reasons.length > 0);
    expect(reasons).toEqual(['ARI refuses the user "device-lock" or its password']);
    expect(wrong.connected).toBe(false);
    await wrong.stop();
    expect(logged.join('\n')).not.toContain(password);
    expect(logged.join('\n')).not.toContain(lab.ari.secret);
    expect(asterisk.connected).toBe(true);
  });
});
