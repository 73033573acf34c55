/** The FreePBX module's pages and hooks under its PHPs, against the real API with its real table and database. */
import { copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PhpVersion } from '../lab/cache.ts';
import { Php } from '../lab/php.ts';
import { DESK, makeRig, type Rig, THIEF } from '../unit/api/rig.ts';

const CERT = fileURLToPath(new URL('../unit/api/tcp/localhost.crt', import.meta.url));
const KEY = fileURLToPath(new URL('../unit/api/tcp/localhost.key', import.meta.url));
const EXTENSION = { display: 'extensions', extdisplay: '1001' };
const HOSTILE = `<img src=x onerror=alert(1)>"'\u202e\u0007evil`;

interface Ran {
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is the test.
  readonly result: any;
  readonly session: Readonly<Record<string, unknown>>;
  readonly notices: Readonly<Record<string, readonly string[]>>;
  readonly kept: Readonly<Record<string, unknown>>;
}

describe.each<PhpVersion>(['7.4', '8.2'])('under PHP %s', (version) => {
  let php: Php;
  let rig: Rig;
  let config: string;
  let runs = 0;
  beforeAll(async () => {
    php = await Php.open(version);
  });
  afterAll(() => php?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    rig = await makeRig();
    const name = `${++runs}.sock`;
    // The same socket, inside the root that PHP sees.
    await link(rig.socket, php.outside(name));
    config = php.inside(`${runs}.ini`);
    await writeFile(php.outside(`${runs}.ini`), `socket = ${php.inside(name)}\n`);
  });
  afterEach(() => rig[Symbol.asyncDispose]());

  async function run(what: string, more: object = {}): Promise<Ran> {
    const asked = { what, config, sections: ['devicelock'], ...more };
    return JSON.parse(await php.feed('test/freepbx/drive.php', JSON.stringify(asked))) as Ran;
  }

  async function tab(): Promise<{ html: string; session: Ran['session'] }> {
    const { result, session } = await run('tab', { request: EXTENSION });
    expect(result).toMatchObject([{ section: 'Device Lock', tab: 'devicelock' }]);
    return { html: result[0].html, session };
  }

  async function save(fields: Record<string, string>, session?: Ran['session'], ini?: string): Promise<Ran> {
    const shown = session ?? (await tab()).session;
    const token = String(shown['devicelock_token']);
    const post = { action: 'edit', devicelock_token: token, ...fields };
    const where = ini === undefined ? {} : { config: php.inside(ini) };
    return run('save', { method: 'POST', request: EXTENSION, session: shown, post, ...where });
  }

  const lock = async () => (await rig.ask('GET', '/v1/extensions/1001')).body.lock;
  const lockIt = () =>
    rig.ask('PUT', '/v1/extensions/1001/policy', { alternatives: [{ kind: 'device', userAgent: DESK }] });

  test('the tab shows the lock, the phone, and the other device in red', async () => {
    await lockIt();
    rig.register('1001', [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.7:5062']);
    const { html } = await tab();
    expect(html).toContain(DESK);
    expect(html).toContain('203.0.113.7:5062');
    expect(html).toMatch(/alert-danger.*friendly-scanner/s);
    expect(html).toContain('does not match');
  });

  test('what a phone says of itself is only ever text', async () => {
    rig.register('1001', [HOSTILE, '203.0.113.7:5062']);
    await lockIt();
    const pages = [(await tab()).html, (await run('page')).result as string];
    for (const html of pages) {
      expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
      for (const raw of ['<img', '\u202e', '\u0007']) expect(html).not.toContain(raw);
    }
  });

  test('the page shows the console in a frame that holds the token of the login, the plain page without one', async () => {
    expect((await run('page')).result).toContain('<h2>Extensions</h2>');
    await mkdir(php.outside('dialplan/freepbx/devicelock/assets/console'), { recursive: true });
    await writeFile(php.outside('dialplan/freepbx/devicelock/assets/console/index.html'), '');
    const { result, session } = await run('page');
    const [, transport = ''] = /<iframe [^>]*data-transport="([^"]*)"/.exec(result) ?? [];
    const said = JSON.parse(transport.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    expect(said).toEqual({
      kind: 'freepbx',
      url: 'ajax.php?module=devicelock&command=api',
      token: session['devicelock_token'],
    });
    await rig.api.close();
    expect((await run('page')).result).toContain('does not answer');
    await rm(php.outside('dialplan/freepbx/devicelock/assets'), { recursive: true });
  });

  test('on Submit the extension is locked to its phone, to a model, or to what was typed', async () => {
    rig.register('1001', [DESK, '192.0.2.10:5060']);
    await save({ devicelock_action: 'this-device' });
    expect(await lock()).toMatchObject({ alternatives: [{ kind: 'device', userAgent: DESK }] });
    await save({ devicelock_action: 'model', devicelock_model: 'yealink-t4', devicelock_add: 'yes' });
    expect((await lock()).alternatives).toHaveLength(2);
    await save({ devicelock_action: 'custom', devicelock_match: 'prefix', devicelock_value: 'Zoiper <&"' });
    expect(await lock()).toMatchObject({
      alternatives: [{ kind: 'custom', match: 'prefix', value: 'Zoiper <&"' }],
    });
    await save({ devicelock_mode: 'monitor', devicelock_mode_was: 'inherit', devicelock_action: 'keep' });
    expect(await lock()).toMatchObject({ mode: 'monitor', kind: 'custom' });
    const unlocked = await save({ devicelock_action: 'unlock' });
    expect(await lock()).toMatchObject({ source: 'none' });
    expect(unlocked.session['devicelock_said']).toMatchObject([['success', expect.stringContaining('1001')]]);
    const { audit } = (await rig.ask('GET', '/v1/audit?target=1001')).body;
    expect(audit[0].who).toBe('freepbx:alice');
  });

  test('a violation is cleared on Submit', async () => {
    await lockIt();
    rig.register('1001', [THIEF, '203.0.113.7:5062']);
    await save({ devicelock_action: 'keep', devicelock_clear: 'yes' });
    expect((await rig.ask('GET', '/v1/violations?extension=1001&open=true')).body.violations).toEqual([]);
  });

  test('a Submit that changes nothing of the lock, is forged, or is too wrong leaves it as it was', async () => {
    await lockIt();
    const before = await lock();
    await save({ devicelock_action: 'keep', devicelock_mode: 'inherit', devicelock_mode_was: 'inherit' });
    await run('save', { method: 'POST', request: EXTENSION, post: { action: 'edit' } });
    const forged = { action: 'edit', devicelock_token: 'guess', devicelock_action: 'unlock' };
    await run('save', {
      method: 'POST',
      request: EXTENSION,
      post: forged,
      session: { devicelock_token: 'right' },
    });
    const wrong = await save({
      devicelock_action: 'custom',
      devicelock_match: 'pattern',
      devicelock_value: '(a',
    });
    expect(JSON.stringify(wrong.session)).toContain('Device Lock changed nothing');
    expect(await lock()).toEqual(before);
    expect((await rig.ask('GET', '/v1/audit?target=1001')).body.audit).toHaveLength(1);
  });

  test('an administrator of other extensions sees nothing of this one, and changes nothing', async () => {
    await lockIt();
    const before = await lock();
    const { session } = await tab();
    const ranged = { ...session, range: ['2000', '2099'] };
    expect((await run('tab', { request: EXTENSION, session: ranged })).result).toEqual([]);
    await save({ devicelock_action: 'unlock' }, ranged);
    expect(await lock()).toEqual(before);
    const own = { ...session, range: ['1000', '1099'] };
    await save({ devicelock_action: 'unlock' }, own);
    expect(await lock()).toMatchObject({ source: 'none' });
  });

  test('a doctor who takes long, as where something is broken, is waited for', async () => {
    const check = { check: 'events', state: 'broken', what: 'No event came.', cure: 'Permit it.' } as const;
    await using slow = await makeRig({ doctorTakes: 5000, findings: [check] });
    await link(slow.socket, php.outside('slow.sock'));
    await writeFile(php.outside('slow.ini'), `socket = ${php.inside('slow.sock')}\n`);
    const { result } = await run('page', { config: php.inside('slow.ini') });
    expect(result).toContain('No event came.');
  });

  test('with the service gone the tab and the page say so, and nothing is thrown', async () => {
    const { session } = await tab();
    await rig.api.close();
    expect((await tab()).html).toContain('does not answer');
    expect((await run('page')).result).toContain('does not answer');
    const saved = await save({ devicelock_action: 'this-device' }, session);
    expect(JSON.stringify(saved.session)).toContain('changed nothing');
  });

  test("an edit in FreePBX keeps the extension's lock, a deletion takes it along, also when the service was away", async () => {
    await lockIt();
    await run('deleted', { device: '1001', edit: true });
    expect(await lock()).toMatchObject({ source: 'own' });
    const away = { config: php.inside('nowhere.ini') };
    await writeFile(php.outside('nowhere.ini'), `socket = ${php.inside('nowhere.sock')}\n`);
    const { kept } = await run('deleted', { device: '1001', edit: false, ...away });
    expect(await lock()).toMatchObject({ source: 'own' });
    const later = await run('watch', { kept });
    expect(await lock()).toMatchObject({ source: 'none' });
    expect(later.kept).not.toHaveProperty('forget');
  });

  test('a violation is a notice without a word of the attacker, and goes when it ends', async () => {
    await lockIt();
    rig.register('1001', [HOSTILE, '203.0.113.7:5062']);
    const first = await run('watch');
    expect(Object.keys(first.notices)).toEqual(['VIOLATION-1001']);
    expect(JSON.stringify(first.notices)).not.toMatch(/evil|onerror/);
    await rig.ask('POST', '/v1/extensions/1001/clear');
    const { notices } = await run('watch', first);
    expect(notices).toEqual({});
  });

  test('Apply Config writes the gate with the settings of the service, or with the last it knew', async () => {
    const good = await run('config');
    expect(good.result).toMatch(
      /\[macro-user-callerid\]\n(include.*\n)*exten => s,1,Gosub\(device-lock,s,1\(/,
    );
    expect(good.notices).toEqual({});
    await rig.api.close();
    const away = await run('config', good);
    expect(away.result).toContain('Gosub(device-lock,s,1(');
    expect(away.notices).toMatchObject({ SETTINGS: ['warning', expect.anything(), expect.anything()] });
  });

  test('with the service on another host the gate is written as module.ini says, and nobody is asked', async () => {
    await writeFile(php.outside('far.ini'), 'gate = 192.0.2.9:4580\nemergency-numbers = 112, 999\n');
    const far = { config: php.inside('far.ini') };
    const { result, notices } = await run('config', far);
    expect(result).toContain('DEVICELOCK_GATE = 192.0.2.9:4580');
    expect(result).toMatch(/\[device-lock-emergency\][^[]*exten => 112,1[^[]*exten => 999,1/);
    expect(notices).toEqual({});
    expect((await run('watch', far)).notices).toEqual({});
    expect((await run('page', far)).result).toContain('runs on another host');
  });

  test('a service on another host is asked over TLS, with a token that the audit names', async () => {
    await using far = await makeRig({ console: { tlsCert: CERT, tlsKey: KEY } });
    const { body } = await far.ask('POST', '/v1/tokens', { name: 'pbx', role: 'operator' });
    await copyFile(CERT, php.outside('authority.pem'));
    await writeFile(php.outside('token'), `${body.token}\n`);
    const ini = `url = ${body.console.url}\ntoken-file = ${php.inside('token')}\nca-file = ${php.inside('authority.pem')}\n`;
    await writeFile(php.outside('tls.ini'), ini);
    const shown = await run('tab', { request: EXTENSION, config: php.inside('tls.ini') });
    expect(shown.result[0].html).toContain('this-device');
    await save({ devicelock_mode: 'monitor', devicelock_mode_was: 'inherit' }, shown.session, 'tls.ini');
    expect((await far.ask('GET', '/v1/audit?limit=1')).body.audit[0].who).toBe('token:pbx');
    await writeFile(php.outside('tls.ini'), ini.replace(/ca-file.*/, ''));
    expect((await run('page', { config: php.inside('tls.ini') })).result).toContain('does not answer');
  });

  test('a gate that is not the first line is a critical notice, which goes when it is mended', async () => {
    const broken = await run('reloaded', { dialplan: "There is no existence of '%s' context\n" });
    expect(broken.notices).toMatchObject({ GATE: ['critical', expect.anything(), expect.anything()] });
    const line = '1. Gosub(device-lock,s,1(x))   [extensions_additional.conf:9]';
    const dialplan = `[ Context '%s' created by 'pbx_config' ]\n  's' =>            ${line}\n\n-= 1 extension =-\n`;
    const { notices } = await run('reloaded', { ...broken, dialplan });
    expect(notices).toEqual({});
  });

  test('a backup holds what operators decided, and brings it back', async () => {
    await lockIt();
    const [configs, logged] = (await run('backup')).result;
    expect(logged).toEqual([]);
    await rig.ask('DELETE', '/v1/extensions/1001/lock');
    expect((await run('restore', { configs })).result).toEqual([]);
    expect(await lock()).toMatchObject({ alternatives: [{ kind: 'device', userAgent: DESK }] });
  });

  describe('the way of the console', () => {
    const good = { method: 'GET', path: '/v1/status', body: '', token: 'right' };
    const ajax = (post: object, more: object = {}) =>
      run('ajax', { method: 'POST', session: { devicelock_token: 'right' }, post, ...more });

    test('hands a request on, and its answer back', async () => {
      const { result } = await ajax(good);
      expect(result.status).toBe(200);
      expect(JSON.parse(result.text)).toMatchObject({ version: '0.1.0' });
      const body = JSON.stringify({ mode: 'monitor' });
      const put = await ajax({ ...good, method: 'PUT', path: '/v1/settings', body });
      expect(JSON.parse(put.result.text)).toMatchObject({ mode: 'monitor' });
    });

    test('hands on what there is to say of ten thousand extensions', async () => {
      const names = Array.from({ length: 10_000 }, (_, n) => `${10_000 + n}`);
      rig.table.setExtensions(new Map(names.map((name) => [name, 'Reception'])));
      for (const name of names) {
        rig.register(name, [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.7:5062']);
      }
      const { result } = await ajax({ ...good, path: '/v1/overview' });
      expect(result.status).toBe(200);
      expect(result.text.length).toBeGreaterThan(9_000_000);
      expect(JSON.parse(result.text).extensions).toHaveLength(10_000);
    });

    test.each([
      ['nobody is logged in', good, { sections: undefined }, 401],
      ['this administrator may not see the module', good, { sections: ['extensions'] }, 401],
      ['the token is missing', { ...good, token: undefined }, {}, 403],
      ['the token is wrong', { ...good, token: 'left' }, {}, 403],
      ['no token was ever given out', { ...good, token: '' }, { session: {} }, 403],
      ['it is no POST', good, { method: 'GET' }, 405],
      ['the path is not for the console', { ...good, path: '/v1/session' }, {}, 404],
      ['the path climbs', { ...good, path: '/v1/extensions/../../x' }, {}, 404],
      ['the path holds a line end', { ...good, path: '/v1/status\n' }, {}, 404],
      ['the method is another', { ...good, method: 'PATCH' }, {}, 404],
      ['the body is no object', { ...good, method: 'PUT', path: '/v1/settings', body: '[1]' }, {}, 400],
    ])('refuses where %s', async (_, post, more, status) => {
      const { result } = await ajax(post, more);
      expect(result.status).toBe(status);
      expect(JSON.parse(result.text).error.message).not.toBe('');
    });
  });

  test('what was installed is taken away', async () => {
    expect((await run('install')).result).toEqual({ 'devicelock/watch': '* * * * *' });
    await lockIt();
    rig.register('1001', [THIEF, '203.0.113.7:5062']);
    const used = await run('watch', await run('config'));
    const { notices, kept } = await run('uninstall', used);
    expect([notices, kept]).toEqual([{}, []]);
  });
});
