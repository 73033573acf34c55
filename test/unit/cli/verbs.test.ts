import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { codePost } from '../../../src/notify/code-post.ts';
import { DESK, makeRig, type Rig, THIEF } from '../api/rig.ts';
import { CERTIFICATE, LOGIN, type MailServer, startMailServer } from '../notify/smtp-server.ts';
import { PATIENCE, type Ran, run } from './run.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE, hookTimeout: PATIENCE });

let rig: Rig;
let smtp: MailServer;
beforeAll(async () => {
  smtp = await startMailServer();
  const server = { host: 'localhost', port: smtp.port, security: 'starttls', ca: CERTIFICATE } as const;
  rig = await makeRig({
    codePost: codePost({ ...server, ...LOGIN, from: 'device-lock@pbx1.example' }, '*55'),
  });
  rig.register('1001', [DESK, '192.0.2.10:5060']);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
});

function here(...words: string[]): Promise<Ran> {
  return run(words, { configPath: rig.configPath });
}

async function json(...words: string[]) {
  const { out, err, code } = await here(...words, '--json');
  expect({ err, code }).toEqual({ err: '', code: 0 });
  return JSON.parse(out);
}

test('an extension is locked to its phone, shown, and unlocked', async () => {
  const locked = await here('lock', '1001', '--this-device', '--mode', 'monitor');
  expect(locked).toMatchObject({ code: 0, err: '' });
  expect(locked.out).toContain(`device "${DESK}"`);
  const shown = await json('show', '1001');
  expect(shown).toMatchObject({ lock: { mode: 'monitor', kind: 'device' }, contacts: [{ matches: true }] });
  expect((await json('audit', '1001')).audit[0].who).toBe(`cli:${userInfo().username}`);
  expect(await json('unlock', '1001')).toMatchObject({ lock: { source: 'none' } });
});

test('alternatives may be given several times, and be added', async () => {
  await here('lock', '1002', '--prefix', 'Zoiper', '--prefix', 'Linphone', '--exact', '-dash- "quoted"');
  await here('lock', '1002', '--add', '--model', 'yealink-t4', '--pattern', '^snom[0-9]+');
  const { lock } = await json('show', '1002');
  expect(lock.alternatives).toEqual([
    { kind: 'custom', match: 'exact', value: '-dash- "quoted"' },
    { kind: 'custom', match: 'prefix', value: 'Zoiper' },
    { kind: 'custom', match: 'prefix', value: 'Linphone' },
    { kind: 'model', model: 'yealink-t4' },
    { kind: 'custom', match: 'pattern', value: '^snom[0-9]+' },
  ]);
  expect((await json('lock', '1002', '--require-registration', 'on')).policy.requireRegistration).toBe(true);
  expect(
    (await json('lock', '1002', '--require-registration', 'inherit')).policy.requireRegistration,
  ).toBeNull();
});

test('a check exits 0 whatever the answer is', async () => {
  await here('lock', '1003', '--model', 'yealink-t4');
  const denied = await here('check', '1003', '--user-agent', THIEF, '--address', '203.0.113.7:5060');
  expect(denied).toMatchObject({ code: 0, err: '' });
  expect(denied.out).toMatch(/^deny \(wrong-device\)\n/);
  expect(await json('check', '1003', '--user-agent', DESK)).toMatchObject({
    answer: 'allow',
    rule: 'matches',
  });
  expect(await json('check', '1003', '--user-agent', '')).toMatchObject({ reason: 'no-user-agent' });
});

test('the fallback goes on with a model, and off', async () => {
  expect(await json('fallback', 'on', '--model', 'yealink-t4')).toMatchObject({ fallback: 'yealink-t4' });
  expect((await here('fallback')).out).toContain('yealink-t4');
  expect(await json('fallback', 'off')).toMatchObject({ fallback: null });
});

test('settings are shown when nothing is given, and changed one by one', async () => {
  expect(await json('settings', '--require-registration', 'on')).toMatchObject({ requireRegistration: true });
  expect((await here('settings')).out).toMatch(
    /^enforce, require-registration on, evict off, .*fallback off\n$/,
  );
  await here('settings', '--require-registration', 'off');
});

test('an option of an extension is decided, shown, and inherited again', async () => {
  const on = [
    '--evict',
    'on',
    '--firmware-drift',
    'follow',
    '--network',
    '192.0.2.0/24',
    '--network',
    'office.example',
  ];
  expect((await json('lock', '1002', ...on)).lock).toMatchObject({
    evict: true,
    firmwareDrift: 'follow',
    networks: ['192.0.2.0/24', 'office.example'],
  });
  expect((await here('show', '1002')).out.replaceAll(/\s+/g, ' ')).toContain(
    'evict on, firmware-drift follow, networks 192.0.2.0/24 office.example',
  );
  const back = ['--evict', 'inherit', '--firmware-drift', 'inherit', '--network', 'inherit'];
  expect((await json('lock', '1002', ...back)).policy).toMatchObject({
    evict: null,
    firmwareDrift: null,
    networks: null,
  });
  expect(await here('lock', '1002', '--network', 'any', '--network', 'x.example')).toMatchObject({ code: 2 });
});

test('a phone model is added by options, edited by a file, and removed', async () => {
  const pattern = '^snomD7[0-9]{2}/[0-9.]+$';
  const added = await here(
    ...['models', 'add', '--id', 'snom-d7', '--vendor', 'Snom', '--model', 'D7', '--kind', 'desk'],
    ...['--pattern', pattern, '--match', 'snomD785/10.1.64.14', '--reject', 'snom370/8.7.5.35'],
  );
  expect(added).toMatchObject({ code: 0, err: '' });
  const file = join(rig.folder, 'model.json');
  await writeFile(file, JSON.stringify({ model: 'D700 series' }));
  expect(await json('models', 'edit', 'snom-d7', '--file', file)).toMatchObject({
    model: 'D700 series',
    pattern,
  });
  expect((await here('models')).out).toContain('snom-d7');
  expect((await here('models', 'remove', 'snom-d7')).code).toBe(0);
  expect((await here('models', 'show', 'snom-d7')).code).toBe(1);
});

test('a shipped phone model that was removed is shown on request, and restored', async () => {
  await json('unlock', '1002');
  await json('unlock', '1003');
  expect((await here('models', 'remove', 'yealink-t4')).code).toBe(0);
  expect((await here('models', 'list', '--removed')).out).toContain('yealink-t4');
  expect((await here('models', 'restore', 'yealink-t4')).out).toContain('shipped with Device Lock');
  expect((await here('models', 'restore', 'yealink-t4')).code).toBe(1);
});

test('what is exported to a file is private, and comes in again', async () => {
  const file = join(rig.folder, 'export.json');
  await here('lock', '1003', '--model', 'yealink-t4');
  expect((await here('export', '--output', file)).code).toBe(0);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ format: 'device-lock', version: 1 });
  await here('unlock', '1003');
  expect(await json('import', file, '--dry-run')).toMatchObject({
    dryRun: true,
    policies: { added: ['1003'] },
  });
  expect((await json('show', '1003')).lock.source).toBe('none');
  expect((await here('import', file)).out).toContain('1 new (1003)');
  expect((await json('show', '1003')).lock.source).toBe('own');
});

test('a one-time code is issued, listed without itself, shown, and taken back', async () => {
  const { out, code: exit } = await here('enrol', '1002', '--for', '2h');
  expect(exit).toBe(0);
  const [, code = ''] = /^Code +(\d{8})$/m.exec(out) ?? [];
  expect(out.replace(/\s+/g, ' ')).toContain(`*55${code} at once`);
  const listed = await here('enrol', '--list');
  expect(listed.out).toMatch(/^1002 +\S+ +in 2 h +cli:/m);
  expect(listed.out).not.toContain(code);
  expect((await here('show', '1002')).out).toContain('a one-time code is good; it ends in 2 h');
  expect(await json('enrol', '1002', '--cancel')).toEqual({ cancelled: true });
  expect((await here('enrol', '--list')).out).toBe('No code is good now.\n');
  expect(await here('enrol', '1002', '--for', 'long')).toMatchObject({ code: 2 });
  expect(await here('enrol', '1002', '--for', '8d')).toMatchObject({ code: 1 });
  expect(await here('enrol')).toMatchObject({ code: 2 });
});

test('a one-time code is mailed to whom it is for, and where that cannot be, it says so', async () => {
  const mailed = await here('enrol', '1002', '--for', '2h', '--email', 'alice@example.com');
  expect(mailed).toMatchObject({ code: 0, err: '' });
  expect(mailed.out).toMatch(/^Mailed +to alice@example\.com$/m);
  const [, code = ''] = /^Code +(\d{8})$/m.exec(mailed.out) ?? [];
  expect(smtp.mails).toMatchObject([{ to: ['alice@example.com'], body: expect.stringContaining(code) }]);
  const wrong = await here('enrol', '1002', '--email', 'alice');
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('no mail address') });
  expect(await here('enrol', '--list', '--email', 'alice@example.com')).toMatchObject({ code: 2 });
  expect(await json('enrol', '1002', '--cancel')).toEqual({ cancelled: true });
  expect(smtp.mails).toHaveLength(1);
});

test('a device is granted for a time, exported, and taken back', async () => {
  await here('lock', '1002', '--model', 'yealink-t4');
  const granted = await here('grant', '1002', '--exact', 'Zoiper 5', '--prefix', 'Linphone', '--for', '3d');
  expect(granted.out).toMatch(/exact "Zoiper 5", until /);
  const { policy } = await json('show', '1002');
  const [{ alternative, until }] = policy.grants;
  expect(alternative).toEqual({ kind: 'custom', match: 'exact', value: 'Zoiper 5' });
  expect(Date.parse(until) - Date.now()).toBeLessThanOrEqual(3 * 86_400_000);
  expect(await json('check', '1002', '--user-agent', 'Linphone/5')).toMatchObject({ answer: 'allow' });
  const exported = await json('export');
  expect(exported.policies['1002'].grants).toEqual(policy.grants);
  expect(await json('grant', '1002', '--remove')).toEqual({ extension: '1002', removed: 2 });
  expect(await json('check', '1002', '--user-agent', 'Linphone/5')).toMatchObject({ answer: 'deny' });
  const file = join(rig.folder, 'granted.json');
  await writeFile(file, JSON.stringify(exported));
  await json('import', file);
  expect((await json('show', '1002')).policy.grants).toEqual(policy.grants);
  await json('grant', '1002', '--remove');
  for (const words of [
    ['--for', '3d'],
    ['--exact', 'x'],
    ['--exact', 'x', '--until', 'someday'],
  ]) {
    expect(await here('grant', '1002', ...words)).toMatchObject({ code: 2 });
  }
});

test('the latest events come one a line', async () => {
  rig.events.note('first-thing', {});
  rig.events.note('second-thing', { why: 'a reason' });
  const { out } = await here('events', '--last', '2');
  expect(out).toMatch(/first-thing\n.*second-thing why="a reason"\n$/);
  const lines = (await here('events', '--last', '2', '--json')).out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).event)).toEqual(['first-thing', 'second-thing']);
});

test('it works from anywhere, also through a link', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'device-lock-link-'));
  const link = join(folder, 'dl');
  await symlink(fileURLToPath(new URL('../../../scripts/device-lock', import.meta.url)), link);
  const ran = await run(['settings'], { configPath: rig.configPath, script: link, cwd: '/' });
  expect(ran).toMatchObject({ code: 0, err: '' });
  await rm(folder, { recursive: true });
});
