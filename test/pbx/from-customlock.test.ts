/** Coming from the module customlock: its tables in a real MariaDB, taken in by the real service. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Mariadb } from '../lab/mariadb.ts';
import { DESK, makeRig, type Rig } from '../unit/api/rig.ts';

const COMMAND = join(import.meta.dirname, '../../scripts/device-lock');
const PASSWORD = 'p"a\'ss w\\ord';

let mariadb: Mariadb;
let rig: Rig;
beforeAll(async () => {
  mariadb = await Mariadb.start();
  await mariadb.execute(`
    CREATE USER freepbxuser@localhost IDENTIFIED BY 'p"a\\'ss w\\\\ord';
    GRANT SELECT ON asterisk.* TO freepbxuser@localhost;`);
});
afterAll(() => mariadb?.[Symbol.asyncDispose]());

beforeEach(async () => {
  rig = await makeRig();
  const conf = `<?php
$amp_conf['AMPDBUSER'] = 'freepbxuser';
$amp_conf['AMPDBPASS'] = 'p"a\\'ss w\\\\ord';
$amp_conf['AMPDBSOCK'] = '${mariadb.socket}';
$amp_conf['AMPDBNAME'] = 'asterisk';`;
  await writeFile(join(rig.folder, 'freepbx.conf'), conf);
  await mariadb.execute(`USE asterisk;
    DROP TABLE IF EXISTS customlock_phones, customlock_extension, customlock_config;
    CREATE TABLE customlock_phones (id INT PRIMARY KEY, name VARCHAR(80), pattern VARCHAR(255)) CHARSET utf8mb4;
    INSERT INTO customlock_phones VALUES (1, 'Yealink\tT4 ü', '/^Yealink SIP-T4\\\\w+ /i'), (2, 'Bad', '/(?=x)/');
    CREATE TABLE customlock_extension (extension VARCHAR(20), lock_mode VARCHAR(20), phone_id INT, user_agent VARCHAR(255)) CHARSET utf8mb4;
    INSERT INTO customlock_extension VALUES ('1001', 'device', NULL, '${DESK}'), ('1002', 'model', 1, NULL), ('1003', 'model', 2, NULL);
    CREATE TABLE customlock_config (keyword VARCHAR(40), value VARCHAR(80));
    INSERT INTO customlock_config VALUES ('fallback_phone', '1'), ('mode', 'monitor'), ('email', 'x');`);
});

afterEach(() => rig[Symbol.asyncDispose]());

async function run(...more: string[]) {
  const args = ['import', '--from-customlock', '--config', rig.configPath, ...more];
  const env = { ...process.env, PATH: `${mariadb.commands}:${process.env['PATH']}` };
  const ran = await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(COMMAND, args, { env, timeout: 30_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
  expect(ran.out + ran.err).not.toContain(PASSWORD);
  return ran;
}

const conf = () => ['--freepbx-conf', join(rig.folder, 'freepbx.conf')];

test('what only AstDB had locked is named from the copy kept before the first start', async () => {
  const kept = join(rig.folder, 'customlock-astdb.txt');
  await writeFile(kept, '/CUSTOMLOCK/LOCK_MODE/1001: device\n/CUSTOMLOCK/LOCK_MODE/1009: custom\n');
  const { code, out } = await run(...conf(), '--astdb', kept, '--dry-run');
  expect(code).toBe(0);
  expect(out).toContain('extension 1009: only AstDB says that it was locked (custom)');
  expect(out).not.toContain('extension 1001: only AstDB');
});

test('locks, phones and the fallback are taken, and what was not is said with its reason', async () => {
  const { code, out, err } = await run(...conf());
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('extension 1003: its phone "2" was not taken');
  expect(out).toMatch(/phone 2: .*\(\?=x\)/);
  expect(out).toContain('setting email: "x" means nothing here');
  expect(out).toContain('setting fallback_phone: "1": choose a phone model');
  const paths = ['/v1/extensions/1001', '/v1/extensions/1002', '/v1/settings'];
  const answers = await Promise.all(paths.map(async (path) => (await rig.ask('GET', path)).body));
  expect(answers).toMatchObject([
    { lock: { source: 'own', alternatives: [{ kind: 'device', userAgent: DESK }] } },
    { lock: { alternatives: [{ kind: 'custom', match: 'pattern', value: '(?i)^Yealink SIP-T4\\w+ ' }] } },
    { fallback: null, mode: 'monitor' },
  ]);
});

test('a dry run says the same and changes nothing', async () => {
  const { code, out } = await run(...conf(), '--dry-run', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    dryRun: true,
    policies: { added: ['1001', '1002'] },
    customlock: { taken: expect.any(Array), left: expect.any(Array) },
  });
});

test('a table that is missing is said, none at all is an error', async () => {
  await mariadb.execute('DROP TABLE asterisk.customlock_config');
  expect((await run(...conf())).out).toContain('table customlock_config: it is not there');
  await mariadb.execute('DROP TABLE asterisk.customlock_phones, asterisk.customlock_extension');
  const access = ['--mysql-socket', mariadb.socket, '--mysql-user', 'root'];
  const none = await run(...access);
  expect(none).toMatchObject({ code: 1, err: expect.stringContaining('no table of customlock') });
});

test('a password that is wrong is said by MariaDB, and nothing is changed', async () => {
  const file = join(rig.folder, 'password');
  await writeFile(file, 'wrong\n');
  const { code, err } = await run(...conf(), '--mysql-password-file', file);
  expect(code).toBe(1);
  expect(err).toContain('Access denied');
  expect(err).not.toContain('wrong');
});
