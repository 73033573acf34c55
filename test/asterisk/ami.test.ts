/** The AMI adapter against real Asterisks: what it sees, what it looks up, and how it comes back. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kill } from 'node:process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AmiAsteriskOptions, createAmiAsterisk } from '../../src/asterisk/ami/adapter.ts';
import { AmiClient } from '../../src/asterisk/ami/client.ts';
import { contactId } from '../../src/asterisk/ami/contact-fields.ts';
import type { Asterisk, AsteriskError, AsteriskEvents } from '../../src/asterisk/port.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { until } from '../lab/until.ts';
import { type PhoneOptions, SipPhone } from '../sip/phone.ts';

const NOTICED_MS = 2000;
const UP_MS = 30_000;

describe.each(['22', '16'] as const)('AMI of Asterisk %s', (version) => {
  let lab: Lab;
  let asterisk: Asterisk;
  const phones: SipPhone[] = [];
  const changes: AsteriskEvents['contactChanged'][0][] = [];
  const logins: AsteriskEvents['authenticated'][0][] = [];
  const downs: string[] = [];
  const logged: string[] = [];

  const record = (level: string) => (fields: object, message: string) => {
    logged.push(`${level} ${message} ${JSON.stringify(fields)}`);
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
    asterisk.on('authenticated', (login) => logins.push(login));
    asterisk.on('down', (why) => downs.push(why));
    asterisk.start();
    await until('AMI is up', UP_MS, () => asterisk.connected);
  });

  afterEach(async () => {
    for (const phone of phones.splice(0)) await phone.close();
    for (const seen of [changes, logins, downs]) seen.length = 0;
  });

  afterAll(async () => {
    await asterisk?.stop();
    await lab?.stop();
    expect(logged.join('\n')).not.toContain(lab.ami.secret);
  });

  function adapter(options: Partial<AmiAsteriskOptions> = {}): Asterisk {
    const { host, port, user, secret } = lab.ami;
    return createAmiAsterisk({ host, port, user, secret, logger, ...options });
  }

  async function phoneOf(user: string, options: Partial<PhoneOptions> = {}): Promise<SipPhone> {
    const phone = await SipPhone.open({ server: lab.sip, user, password: lab.passwordOf(user), ...options });
    phones.push(phone);
    return phone;
  }

  async function registered(user: string, userAgent: string | Buffer | null): Promise<SipPhone> {
    const phone = await phoneOf(user, { userAgent });
    expect((await phone.register()).status).toBe(200);
    return phone;
  }

  /** The URI of a contact that came to be, or changed, at this AOR during this test. */
  async function newUri(aor: string): Promise<string> {
    const find = () => changes.findLast((change) => change.aor === aor && !change.removed);
    await until('the change is told', NOTICED_MS, () => find() !== undefined);
    return find()?.uri ?? '';
  }

  test('says the version', async () => {
    const second = adapter();
    const up = new Promise<string>((resolve) => second.once('up', (info) => resolve(info.version)));
    second.start();
    expect(await up).toContain(lab.asterisk);
    await second.stop();
    expect(second.connected).toBe(false);
  });

  test('a new registration is told, with where it came from, and looked up', async () => {
    const userAgent = 'Yealink "SIP-T46U" 108.86, \\(x); ü';
    const phone = await registered('1001', userAgent);
    const uri = await newUri('1001');
    const [contact] = await asterisk.contactsOf('1001', [], [uri]);
    expect(contact).toMatchObject({
      id: contactId('1001', uri),
      uri,
      extension: '1001',
      userAgent: { kind: 'text', text: userAgent },
      source: { address: { ip: phone.address.ip, port: phone.address.port }, proof: 'claimed' },
    });
    expect(contact?.expires).toBeGreaterThan(Date.now() / 1000);
    expect(logins.at(-1)).toEqual({
      endpoint: '1001',
      address: { transport: 'udp', ...phone.address },
      callId: contact?.callId,
    });
  });

  test('over TCP the source is told as TCP', async () => {
    const phone = await phoneOf('1001', { userAgent: 'T/1', transport: 'tcp' });
    await phone.register();
    await until('the login is told', NOTICED_MS, () => logins.length > 0);
    expect(logins.at(-1)?.address).toEqual({ transport: 'tcp', ...phone.address });
  });

  test('a refresh with another User-Agent is a login, and the look-up has the new one', async () => {
    const phone = await registered('1002', 'Phone/1');
    const [before] = await asterisk.contactsOf('1002', [], [await newUri('1002')]);
    changes.length = 0;
    logins.length = 0;
    await phone.register({ userAgent: 'Thief/9' });
    await until('the login is told', NOTICED_MS, () => logins.length > 0);
    await until('the look-up has it', NOTICED_MS, async () => {
      const [after] = await asterisk.contactsOf('1002', [before?.id ?? ''], []);
      return after?.userAgent.kind === 'text' && after.userAgent.text === 'Thief/9';
    });
    expect(changes.filter(({ aor }) => aor === '1002')).toEqual([]);
  });

  test('a call without a registration is a login', async () => {
    const phone = await phoneOf('1003', { userAgent: 'Caller/1' });
    const call = await phone.invite('nowhere');
    await until('the login is told', NOTICED_MS, () => logins.length > 0);
    expect(logins).toContainEqual(
      expect.objectContaining({ endpoint: '1003', address: { transport: 'udp', ...phone.address } }),
    );
    await call.hangup();
  });

  test('a registration that ends is told, and looked up no more', async () => {
    const phone = await registered('1004', 'Phone/1');
    const uri = await newUri('1004');
    await phone.register({ expires: 0 });
    const end = { aor: '1004', uri, removed: true };
    await until('the end is told', NOTICED_MS, () =>
      changes.some((change) => change.removed && change.uri === uri),
    );
    expect(changes).toContainEqual(end);
    expect(await asterisk.contactsOf('1004', [contactId('1004', uri)], [uri])).toEqual([]);
  });

  test.each([
    ['not UTF-8', Buffer.from([0x41, 0xff, 0xfe]), { kind: 'absent' }],
    ['control characters', 'A\x1b[31m\tB', { kind: 'malformed', why: 'control-character' }],
    ['600 bytes', 'x'.repeat(600), { kind: 'malformed', why: 'too-long' }],
    ['1500 bytes', 'x'.repeat(1500), { kind: 'malformed', why: 'too-long' }],
    ['a dialplan’s words', '\x24{SHELL(x)}"', { kind: 'text', text: '\x24{SHELL(x)}"' }],
    ['the words of AMI', 'x: Event: Shutdown', { kind: 'text', text: 'x: Event: Shutdown' }],
    ['no value', '', { kind: 'absent' }],
    ['no header', null, { kind: 'absent' }],
  ] as const)(
    'a User-Agent of %s is the same in the list and the look-up',
    async (_, userAgent, expected) => {
      await registered('1005', userAgent);
      await until('the change is told', NOTICED_MS, () => changes.some(({ removed }) => !removed));
      const uri = changes.findLast(({ removed }) => !removed)?.uri ?? '';
      const [contact] = await asterisk.contactsOf('1005', [], [uri]);
      expect(contact?.userAgent).toMatchObject(expected);
      const listed = (await asterisk.listContacts()).find(({ id }) => id === contact?.id);
      expect(listed).toEqual(contact);
    },
  );

  test('a User-Agent of sixty thousand control characters breaks nothing', async () => {
    const phone = await phoneOf('1005', { userAgent: '\x01'.repeat(60_000), transport: 'tcp' });
    expect((await phone.register()).status).toBe(200);
    const uri = await newUri('1005');
    const [contact] = await asterisk.contactsOf('1005', [], [uri]);
    expect(contact?.userAgent).toMatchObject({ kind: 'malformed', why: 'too-long' });
    expect((await asterisk.listContacts()).map(({ id }) => id)).toContain(contact?.id);
    expect(downs).toEqual([]);
  });

  test('a contact that Asterisk cannot read hides no other from us', async () => {
    const thief = await registered('1011', 'Thief/1');
    await registered('1013', 'Phone/1');
    const contact = Buffer.from('Contact: <sip:0@127.0.0.1:9;x="\xff">', 'latin1');
    expect((await thief.register({ headers: [['Contact', null], contact] })).status).toBe(200);
    const fresh = adapter();
    fresh.start();
    await until('the second is up', UP_MS, () => fresh.connected);
    const listed = (await fresh.listContacts()).map(({ extension }) => extension);
    expect(listed).toContain('1013');
    await fresh.stop();
    const key = /"key":"(1011;@[0-9a-f]{32})"/.exec(logged.join('\n'))?.[1] ?? '';
    expect(key).not.toBe('');
    await asterisk.databaseDelete('registrar/contact', key);
  });

  test('what is deleted from AstDB is gone', async () => {
    await registered('1012', 'Thief/1');
    const uri = await newUri('1012');
    await asterisk.databaseDelete('registrar/contact', contactId('1012', uri));
    expect(await asterisk.contactsOf('1012', [], [uri])).toEqual([]);
  });

  test('nothing is sent that is not read', async () => {
    const { host, port, user, secret } = lab.ami;
    const client = new AmiClient({ endpoint: { host, port }, credentials: { user, secret }, logger });
    const names = new Set<string | undefined>();
    client.on('event', (message) => names.add(`${message.event} ${message.text('Service') ?? ''}`));
    client.start();
    await until('the client is up', UP_MS, () => client.isUp);
    const phone = await registered('1001', 'Phone/1');
    const call = await phone.invite('600');
    await call.hangup();
    const wrong = await SipPhone.open({ server: lab.sip, user: '1001', password: 'wrong', userAgent: 'W/1' });
    phones.push(wrong);
    expect((await wrong.register()).status).toBe(401);
    await until('the login of the call is told', NOTICED_MS, () => logins.length > 1);
    await client.request('Ping');
    await client.stop();
    expect([...names].sort()).toEqual(['ContactStatus ', 'SuccessfulAuth PJSIP']);
  });

  test('lists the extensions, never a trunk', async () => {
    const names = (await asterisk.listExtensions()).map(({ name }) => name);
    expect(names.sort()).toEqual(lab.extensions.map(({ extension }) => extension));
  });

  test('where AstDB names devices, the extensions are these, by their users’ names', async () => {
    for (const entry of ['1001/tech pjsip', '1001/user 77', '9999/tech pjsip', '1002/tech sip']) {
      await lab.rasterisk(`database put DEVICE ${entry}`);
    }
    await lab.rasterisk('database put AMPUSER 77/cidname "Ann B."');
    try {
      expect(await asterisk.listExtensions()).toEqual([
        { name: '1001', label: 'Ann B.' },
        { name: '9999', label: undefined },
      ]);
    } finally {
      await lab.rasterisk('database deltree DEVICE');
      await lab.rasterisk('database deltree AMPUSER');
    }
  });

  test('sets a global variable, and nothing else', async () => {
    await asterisk.setGlobal('DEVICELOCK_TEST', 'one, "two" & three=3');
    expect(await lab.rasterisk('dialplan show globals')).toContain('DEVICELOCK_TEST=one, "two" & three=3');
    await expect(asterisk.setGlobal('SHELL(x)', '1')).rejects.toMatchObject({ fault: 'malformed' });
    await expect(asterisk.setGlobal('X', 'a\r\nAction: Originate')).rejects.toMatchObject({
      fault: 'malformed',
    });
  });

  test('writes AstDB, reads it back and deletes it', async () => {
    const entries = new Map([
      ['LOCK_MODE/1001', 'device'],
      ['LOCK/1001/0', '{"lock":[{"exact":"A, \\"b\\": (c); \x24{x} \\\\ =|~%_"}]}'],
      ['LOCK/1001/1', 'x'.repeat(900)],
      ['EMPTY', ''],
    ]);
    for (const [key, value] of entries) await asterisk.databasePut('CUSTOMLOCK', key, value);
    expect(await asterisk.databaseTree('CUSTOMLOCK')).toEqual(entries);
    expect(await asterisk.databaseTree('customlock')).toEqual(new Map());
    for (const key of entries.keys()) await asterisk.databaseDelete('CUSTOMLOCK', key);
    await asterisk.databaseDelete('CUSTOMLOCK', 'never/was');
    expect(await asterisk.databaseTree('CUSTOMLOCK')).toEqual(new Map());
  });

  test('says what the dialplan has, and nothing where it has nothing', async () => {
    expect((await asterisk.dialplanOf('from-internal', '600')).at(-1)).toBe(
      '600@ext-local 3: Hangup() [pbx_config]',
    );
    expect(await asterisk.dialplanOf('no-such-context', 's')).toEqual([]);
  });

  test('a reload of PJSIP is told', async () => {
    const reloaded = new Promise<void>((resolve) => asterisk.once('reloaded', resolve));
    await lab.rasterisk('module reload res_pjsip.so');
    await reloaded;
  });

  test('an Asterisk that hangs is noticed, and taken up again when it goes on', async () => {
    const impatient = adapter({ timing: { pingEvery: 200, pingDeadline: 300, action: 300 } });
    const reasons: string[] = [];
    impatient.on('down', (why) => reasons.push(why));
    impatient.start();
    await until('it is up', UP_MS, () => impatient.connected);
    kill(lab.pid, 'SIGSTOP');
    try {
      // Its threads do not stop at the same moment.
      const faults: string[] = [];
      await until('an action fails', NOTICED_MS, async () => {
        await impatient.setGlobal('X', '1').catch(({ fault }: AsteriskError) => faults.push(fault));
        return faults.length > 0;
      });
      expect(faults[0]).toMatch(/^(timeout|disconnected)$/);
      await until('it is down', UP_MS, () => reasons.length > 0);
    } finally {
      kill(lab.pid, 'SIGCONT');
    }
    expect(reasons).toEqual(['Asterisk did not answer a Ping within 300 ms']);
    await until('it is up again', UP_MS, () => impatient.connected);
    await impatient.stop();
  });

  test('a wrong secret is said once, in words, and never shown', async () => {
    const wrong = adapter({ secret: 'wr0ng-secret' });
    const reasons: string[] = [];
    wrong.on('down', (why) => reasons.push(why));
    wrong.start();
    await until('it is refused', 10_000, () => reasons.length > 0);
    expect(reasons[0]).toContain('login of AMI user "device-lock" refused');
    await expect(wrong.listContacts()).rejects.toMatchObject({ fault: 'disconnected', message: /refused/ });
    await wrong.stop();
    expect(logged.join('\n')).not.toContain('wr0ng-secret');
  });

  test('comes back after Asterisk restarts, and lists what AstDB kept', async () => {
    const phone = await registered('1005', 'Phone/1');
    const ups: string[] = [];
    asterisk.on('up', ({ version: text }) => ups.push(text));
    const restarted = lab.restartAsterisk();
    await until('it is down', UP_MS, () => downs.length > 0);
    await expect(asterisk.setGlobal('X', '1')).rejects.toMatchObject({ fault: 'disconnected' });
    await restarted;
    await until('it is up again', UP_MS, () => ups.length > 0);
    expect(downs).toHaveLength(1);
    const sources = (await asterisk.listContacts()).map(({ source }) => source?.address.port);
    expect(sources).toContain(phone.address.port);
  });

  test('where Asterisk keeps contacts in memory, they are found there', async () => {
    await writeFile(join(lab.home, 'etc', 'sorcery.conf'), '[res_pjsip]\ncontact = memory\n');
    await lab.restartAsterisk();
    await until('it is up again', UP_MS, () => asterisk.connected);
    await registered('1001', 'Memory/1');
    const [contact] = await asterisk.contactsOf('1001', [], [await newUri('1001')]);
    expect(contact?.userAgent).toEqual({ kind: 'text', text: 'Memory/1' });
    expect(await asterisk.listContacts()).toEqual([contact]);
    expect(await asterisk.contactsOf('1001', [contact?.id ?? ''], [])).toEqual([contact]);
  });
});
