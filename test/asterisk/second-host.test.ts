/**
 * The service on one machine, Asterisk 16 on another, a cable between them: installed in two halves from a checkout, called through, the
 * cable cut and joined again.
 */
import { execFile } from 'node:child_process';
import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Box } from '../lab/box.ts';
import type { PhonePlan } from '../lab/one-call.ts';
import { CHECKOUT } from '../lab/release.ts';
import { until } from '../lab/until.ts';

const PBX = '10.99.0.1';
const SERVICE = '10.99.0.2';
const NUMBER = '900442071838750';
const DESK_PHONE = 'Yealink SIP-T46U 108.86.0.20';
const THIEF = 'friendly-scanner';
const PASSWORD = 'of-this-test-alone';
const SOON_MS = 30_000;
const ONE_CALL = join(import.meta.dirname, '../lab/one-call.ts');
/** A question nobody answers, whatever the network does to it: Asterisk's own wait for a connection, and a noisy machine. */
const FIRST_LATE_MS = 2600;
const LATER_LATE_MS = 500;

const PJSIP = `
[global]
type = global
send_contact_status_on_update_registration = yes

[udp]
type = transport
protocol = udp
bind = 0.0.0.0:5060

[1001]
type = endpoint
context = phones
disallow = all
allow = ulaw
auth = 1001
aors = 1001

[1001]
type = auth
auth_type = userpass
username = 1001
password = ${PASSWORD}

[1001]
type = aor
max_contacts = 5
`;

const EXTENSIONS = `
[globals]
DEVICELOCK_GATE=${SERVICE}:4580

[phones]
exten => _X.,1,Gosub(device-lock,s,1(\${FILTER(0-9A-Za-z*#+._,\${EXTEN})}))
 same => n,Answer()
 same => n,Wait(5)

#include device-lock.conf
`;

let pbx: Box;
let service: Box;

beforeAll(async () => {
  [pbx, service] = await Promise.all([Box.open('16'), Box.open('22')]);
  const link = ['link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable'];
  await onNetwork(pbx, 'ip', ...link, 'netns', String(service.pid));
  for (const [box, address] of [
    [pbx, PBX],
    [service, SERVICE],
  ] as const) {
    await onNetwork(box, 'ip', 'address', 'add', `${address}/24`, 'dev', 'cable');
    await onNetwork(box, 'ip', 'link', 'set', 'cable', 'up');
    await box.must('mkdir -p /etc/cron.d');
    await box.lend(CHECKOUT, 'checkout');
  }
  await lendOpenssl();
  await writeFile(pbx.path('/etc/asterisk/pjsip.conf'), PJSIP);
  await pbx.startAsterisk();
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await pbx?.[Symbol.asyncDispose]();
});

/** The roots have no openssl: this machine's goes there with its own libraries. */
async function lendOpenssl(): Promise<void> {
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'command -v openssl | xargs ldd && command -v openssl',
  ]);
  const files = [...stdout.matchAll(/(?<=^|\s)\/\S+/gm)].map(([path]) => path);
  const loader = files.find((path) => basename(path).startsWith('ld-linux'));
  if (loader === undefined) throw new Error(`ldd says nothing of a loader: ${stdout}`);
  await pbx.must('mkdir /root/openssl');
  for (const path of files) await copyFile(path, pbx.path(`/root/openssl/${basename(path)}`));
  const lent = `cd /root/openssl && exec ./${basename(loader)} --library-path . ./openssl "$@"`;
  await writeFile(pbx.path('/usr/bin/openssl'), `#!/bin/sh\n${lent}\n`, { mode: 0o755 });
}

async function onNetwork(box: Box, program: string, ...args: string[]): Promise<string> {
  const { code, text } = await box.onNetwork(program, ...args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${text}`);
  return text;
}

/** Each call's status and milliseconds. */
async function callsOf(
  userAgent: string,
  calls: number,
  isRegistering = false,
): Promise<{ readonly status: number; readonly ms: number }[]> {
  const plan: PhonePlan = {
    ...{ server: { host: '127.0.0.1', port: 5060 }, user: '1001', password: PASSWORD, userAgent },
    ...{ localIp: userAgent === THIEF ? '127.0.0.66' : '127.0.0.21', isRegistering },
    dial: Array.from({ length: calls }, () => NUMBER),
  };
  const text = await onNetwork(pbx, process.execPath, ONE_CALL, JSON.stringify(plan));
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { status: number; ms: number });
}

async function isGuarding(): Promise<boolean> {
  const { code, text } = await service.sh('timeout 10 device-lock status --json');
  if (code !== 0) return false;
  const { asterisk, astdb } = JSON.parse(text) as {
    asterisk: { connected: boolean };
    astdb: { inStep: boolean };
  };
  return asterisk.connected && astdb.inStep;
}

it('is installed in two halves, the second with what the first made', async () => {
  const said = await pbx.must(
    `/root/checkout/scripts/install --half pbx --service ${SERVICE}:4580 --address ${PBX}`,
  );
  expect(said).toContain(`--half service --pbx ${PBX} --pair`);
  await writeFile(pbx.path('/etc/asterisk/extensions.conf'), EXTENSIONS);
  await pbx.must("asterisk -rx 'dialplan reload'");

  await service.must('mkdir -m 0700 /root/pair');
  for (const file of ['ami.secret', 'ami-ca.pem']) {
    await copyFile(pbx.path(`/etc/device-lock/pair/${file}`), service.path(`/root/pair/${file}`));
  }
  await service.must(`/root/checkout/scripts/install --half service --pbx ${PBX} --pair /root/pair`);
  expect(await isGuarding()).toBe(true);
  const secret = await pbx.must('cat /etc/device-lock/pair/ami.secret');
  expect(said).not.toContain(secret);
  expect((await pbx.sh('ls /opt/device-lock')).code).not.toBe(0);
});

it('changes nothing on the PBX when it is run again', async () => {
  const again = `/root/checkout/scripts/install --half pbx --service ${SERVICE}:4580 --address ${PBX}`;
  expect(await pbx.must(again)).toContain('Nothing had to be changed');
});

it('answers calls across the network', async () => {
  expect((await callsOf(DESK_PHONE, 1, true)).map(({ status }) => status)).toEqual([200]);
  await service.must(`device-lock lock 1001 --exact '${DESK_PHONE}'`);
  expect((await callsOf(THIEF, 1, true)).map(({ status }) => status)).toEqual([403]);
  expect((await callsOf(DESK_PHONE, 1)).map(({ status }) => status)).toEqual([200]);
});

it('answers nobody but the PBX, and AMI takes nobody but the service', async () => {
  await onNetwork(service, 'ip', 'address', 'add', '10.99.0.3/24', 'dev', 'cable');
  await onNetwork(pbx, 'ip', 'address', 'add', '10.99.0.4/24', 'dev', 'cable');
  const asking = `exec 3<>/dev/tcp/${SERVICE}/4580; timeout 5 cat <&3`;
  await onNetwork(pbx, 'ip', 'route', 'change', '10.99.0.0/24', 'dev', 'cable', 'src', '10.99.0.4');
  const started = performance.now();
  expect((await pbx.onNetwork('bash', '-c', asking)).text).toBe('');
  expect(performance.now() - started).toBeLessThan(900);
  await onNetwork(pbx, 'ip', 'route', 'change', '10.99.0.0/24', 'dev', 'cable', 'src', PBX);
  await until('the refusal is in the log', SOON_MS, async () =>
    (await service.must('cat /var/log/asterisk/device-lock.log')).includes('not-allowed'),
  );
  expect(await pbx.must("asterisk -rx 'manager show user device-lock'")).toMatch(/ACL: +yes/i);
});

it('decides by itself while the cable is cut: one call waits, the next do not, and it heals', async () => {
  await until('AstDB has all', SOON_MS, isGuarding);
  await onNetwork(service, 'ip', 'link', 'set', 'cable', 'down');
  const [first, ...later] = await callsOf(DESK_PHONE, 1);
  expect(first?.status).toBe(200);
  expect(first?.ms).toBeLessThan(FIRST_LATE_MS);
  expect(later).toEqual([]);
  await until('the heartbeat is stale', SOON_MS, async () => {
    const globals = await pbx.must("asterisk -rx 'dialplan show globals'");
    const beat = Number(/DEVICELOCK_HEARTBEAT=(\d+)/.exec(globals)?.[1] ?? 0);
    return Date.now() / 1000 - beat > 4;
  });
  for (const { status, ms } of await callsOf(DESK_PHONE, 2)) {
    expect(status).toBe(200);
    expect(ms).toBeLessThan(LATER_LATE_MS);
  }
  expect((await callsOf(THIEF, 1)).map(({ status }) => status)).toEqual([403]);

  await onNetwork(service, 'ip', 'link', 'set', 'cable', 'up');
  await until('the service guards again', 60_000, async () => {
    const globals = await pbx.must("asterisk -rx 'dialplan show globals'");
    const beat = Number(/DEVICELOCK_HEARTBEAT=(\d+)/.exec(globals)?.[1] ?? 0);
    return Date.now() / 1000 - beat < 3 && (await isGuarding());
  });
  expect((await callsOf(THIEF, 1)).map(({ status }) => status)).toEqual([403]);
  expect((await callsOf(DESK_PHONE, 1)).map(({ status }) => status)).toEqual([200]);
});

it('is taken off both machines again', async () => {
  await writeFile(pbx.path('/etc/asterisk/extensions.conf'), '[phones]\n');
  await pbx.must('/root/checkout/scripts/uninstall --purge');
  await service.must('/root/checkout/scripts/uninstall --purge');
  for (const box of [pbx, service]) {
    const left = (await box.listing()).filter((line) => /device-?lock/i.test(line));
    expect(left).toEqual([]);
  }
  expect(await pbx.must("asterisk -rx 'manager show settings'")).toMatch(/TLS Enable: +No/);
});
