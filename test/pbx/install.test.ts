/** scripts/install and scripts/uninstall on a machine of their own, beside a real Asterisk, without systemd. */
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Box } from '../lab/box.ts';
import { buildRelease, cloneCheckout, type Release } from '../lab/release.ts';
import { until } from '../lab/until.ts';

const INSTALL = '/root/release/scripts/install';
const UNINSTALL = '/root/release/scripts/uninstall';
const SOON_MS = 30_000;
/** What the service writes while it runs. */
const ALIVE = /device-lock\.(db|log|out)|compile-cache|\.cache|\.\/run\/device-lock/;

let release: Release;
let again: Release;
let box: Box;
let before: string[];

beforeAll(async () => {
  await using clone = await cloneCheckout();
  const built = await Promise.all([buildRelease(), buildRelease(clone.path), Box.open('22')]);
  [release, again, box] = built;
  await box.must('mkdir -p /etc/cron.d /run/asterisk && chown asterisk:asterisk /run/asterisk');
  await box.unpack(release.tarball, 'release');
  before = await box.listing();
});
afterAll(async () => {
  await box?.[Symbol.asyncDispose]();
  await release?.[Symbol.asyncDispose]();
  await again?.[Symbol.asyncDispose]();
});

/** Paths that are not as they were. */
function differences(one: readonly string[], other: readonly string[]): string[] {
  const [a, b] = [new Set(one), new Set(other)];
  return [...a.symmetricDifference(b)];
}

async function settled(): Promise<string[]> {
  return (await box.listing()).filter((line) => !ALIVE.test(line));
}

async function processes(): Promise<{ watchdog: number; service: number }> {
  const watchdog = Number(await box.must('cat /run/device-lock/supervise.pid'));
  const children = await box.must(`cat /proc/${watchdog}/task/${watchdog}/children`);
  return { watchdog, service: Number(children.trim().split(' ')[0]) };
}

async function isGuarding(): Promise<boolean> {
  const { code, text } = await box.sh('timeout 10 device-lock status --json');
  return code === 0 && (JSON.parse(text) as { asterisk: { connected: boolean } }).asterisk.connected;
}

/** What cron does each minute. It goes on looking for most of the minute. */
async function cronStrikes(): Promise<void> {
  const line = await box.must("sed -n 's/^[*] [*] [*] [*] [*] root //p' /etc/cron.d/device-lock");
  await box.must(`setsid ${line.trim()} </dev/null >/dev/null 2>&1 & disown`);
}

/** Another release beside the first, changed by a line of shell run in its folder. */
async function anotherRelease(version: string, change = 'true'): Promise<string> {
  const folder = `/root/${version}`;
  await box.must(`cp -al /root/release ${folder} && cd ${folder} && \
    sed -i 's/"version": ".*"/"version": "${version}"/' package.json && ${change}`);
  return `${folder}/scripts/install`;
}

it('is packed into the same bytes from another checkout of the same commit, with its sum beside it', async () => {
  const names = (await readdir(release.folder)).sort();
  expect((await readdir(again.folder)).sort()).toEqual(names);
  for (const name of names) {
    const [one, other] = await Promise.all([
      readFile(join(release.folder, name)),
      readFile(join(again.folder, name)),
    ]);
    expect(one.equals(other), name).toBe(true);
  }
  const sums = names.filter((name) => name.endsWith('.sha256'));
  await promisify(execFile)('sha256sum', ['--check', '--strict', ...sums], { cwd: release.folder });
});

it('changes nothing where Asterisk is not running, and says what is missing and the cure', async () => {
  const { code, text } = await box.sh(INSTALL);
  expect(code).toBe(1);
  expect(text).toContain('missing: a running Asterisk');
  expect(text).toContain('cure: start it');
  expect(text).toContain('nothing was changed');
  expect(differences(before, await box.listing())).toEqual([]);
});

it('changes nothing where several things are missing, and names them all', async () => {
  await box.startAsterisk();
  const node = '/root/release/node_modules/node-linux-*/bin/node';
  await box.must(`mv /etc/cron.d /root/; setsid ${node} -e 'net.createServer().listen(4580)' \
    </dev/null >/dev/null 2>&1 & echo $! >/root/listener`);
  try {
    await until('another program has the port', SOON_MS, async () => {
      const { code, text } = await box.sh(INSTALL);
      expect(code).toBe(1);
      return text.includes('missing: systemd, or cron') && text.includes('missing: port 4580');
    });
  } finally {
    await box.must('mv /root/cron.d /etc/; kill $(cat /root/listener)');
  }
  expect(differences(before, await box.listing())).toEqual([]);
});

it('changes nothing in a dry run, and says what would be', async () => {
  const text = await box.must(`${INSTALL} --dry-run`);
  expect(text).toContain('would write /etc/device-lock/device-lock.toml');
  expect(text).toContain('would write /etc/cron.d/device-lock');
  expect(differences(before, await box.listing())).toEqual([]);
});

it('installs with one command, and guards when it is done', async () => {
  const text = await box.must(INSTALL);
  expect(await isGuarding()).toBe(true);
  const secret = await box.must('cat /etc/device-lock/ami.secret');
  expect(secret).toMatch(/^[0-9a-f]{64}$/);
  expect(text).not.toContain(secret);
  expect(text).toContain('#include device-lock.conf');
  const paths = ['/etc/device-lock', '/etc/device-lock/device-lock.toml', '/etc/device-lock/ami.secret'];
  const files = ['/var/lib/device-lock', '/var/log/asterisk/device-lock.log', '/run/device-lock/api.sock'];
  expect(await box.must(`stat -c '%n %a %U:%G' ${[...paths, ...files].join(' ')}`)).toBe(`\
/etc/device-lock 750 root:asterisk
/etc/device-lock/device-lock.toml 640 root:asterisk
/etc/device-lock/ami.secret 400 asterisk:asterisk
/var/lib/device-lock 750 asterisk:asterisk
/var/log/asterisk/device-lock.log 640 asterisk:asterisk
/run/device-lock/api.sock 660 asterisk:asterisk
`);
  const user = await box.must("asterisk -rx 'manager show user device-lock'");
  expect(user).toMatch(/read perm: system,call,security\s/);
  expect(user).toMatch(/write perm: system,call,reporting\s/);
  const { service } = await processes();
  expect(await box.must(`stat -c %U /proc/${service}`)).toBe('asterisk\n');
  expect(await box.must(`grep -E 'NoNewPrivs|CapBnd' /proc/${service}/status`)).toBe(
    'CapBnd:\t0000000000000000\nNoNewPrivs:\t1\n',
  );
});

it('changes nothing when it is run again', async () => {
  const installed = await settled();
  const { watchdog } = await processes();
  expect(await box.must(INSTALL)).toContain('Nothing had to be changed');
  expect(differences(installed, await settled())).toEqual([]);
  expect((await processes()).watchdog).toBe(watchdog);
});

it('is back at the next look of cron when watchdog and service were killed', async () => {
  const { watchdog, service } = await processes();
  await box.must(`kill -KILL ${watchdog} ${service}`);
  await cronStrikes();
  await until('the service is back', SOON_MS, isGuarding);
  expect((await processes()).watchdog).not.toBe(watchdog);
});

it('is back at the next look of cron when watchdog and service were stopped', async () => {
  const { watchdog, service } = await processes();
  await box.must(`kill -STOP ${watchdog} ${service}`);
  await cronStrikes();
  await until('the service is back', SOON_MS, async () => {
    const now = await processes();
    return now.watchdog !== watchdog && (await isGuarding());
  });
  expect((await box.sh(`kill -0 ${service}`)).code).toBe(1);
});

it('opens its log anew after logrotate', async () => {
  const log = '/var/log/asterisk/device-lock.log';
  await box.must(`mv ${log} ${log}.1 && /opt/device-lock/current/scripts/watchdog reopen`);
  await until('there is a new log', SOON_MS, async () => (await box.sh(`test -f ${log}`)).code === 0);
});

it("keeps configuration, secret, data and the administrator's emergency numbers through an upgrade", async () => {
  await box.must("device-lock settings --mode monitor && echo '# mine' >>/etc/device-lock/device-lock.toml");
  await box.must("sed -i '/^exten => 933/a exten => 9112,1,NoOp()' /etc/asterisk/device-lock.conf");
  const kept = await box.must('cat /etc/device-lock/* /etc/asterisk/device-lock.conf');
  const said = await box.must(
    await anotherRelease('9.0.0', "sed -i '$a ; a line' dialplan/device-lock.conf"),
  );
  expect(said).toContain('device-lock.conf.new');
  expect(await box.must('readlink /opt/device-lock/current')).toBe('releases/9.0.0\n');
  expect(await box.must('cat /etc/device-lock/* /etc/asterisk/device-lock.conf')).toBe(kept);
  const status = JSON.parse(await box.must('device-lock status --json')) as Record<string, unknown>;
  expect(status).toMatchObject({ version: '9.0.0', settings: { mode: 'monitor' } });
});

it('goes back to what ran when an upgrade does not get healthy', async () => {
  const dying = await anotherRelease('9.1.0', 'sed -i "1i process.exit(9);" src/service/serve.ts');
  const installed = await settled();
  const { code, text } = await box.sh(dying, { DEVICE_LOCK_HEALTHY_WITHIN: '3' });
  expect(code).toBe(1);
  expect(text).toContain('9.0.0 runs again');
  expect(await isGuarding()).toBe(true);
  expect(differences(installed, await settled())).toEqual([]);
});

it('is not uninstalled while the dialplan includes it: that would not load any more', async () => {
  const file = '/etc/asterisk/extensions.conf';
  await box.must(`cp -p ${file} /root/ && echo '#include device-lock.conf' >>${file}`);
  const { code, text } = await box.sh(UNINSTALL);
  await box.must(`mv /root/extensions.conf ${file}`);
  expect(code).toBe(1);
  expect(text).toContain(file);
  expect(await isGuarding()).toBe(true);
});

it('leaves configuration, data and log when it is uninstalled, though cron is still at it', async () => {
  await cronStrikes();
  const { service } = await processes();
  await box.must("asterisk -rx 'database put CUSTOMLOCK/LOCK_MODE 1001 device'");
  await box.must('cp -R /etc/asterisk /root/dry && /root/release/scripts/uninstall --dry-run');
  expect((await box.sh('diff -r /root/dry /etc/asterisk')).text).toBe('');
  await box.must(UNINSTALL);
  const left = differences(before, await box.listing()).map((line) => line.replace(/^\S{64} {2}/, ''));
  for (const line of left) expect(line).toMatch(/^\.\/(etc|var\/lib|var\/log\/asterisk)\/device-lock/);
  expect(left.some((line) => line.startsWith('./var/lib/device-lock/device-lock.db'))).toBe(true);
  expect((await box.sh(`kill -0 ${service}`)).code).toBe(1);
  expect(await box.must("asterisk -rx 'database show CUSTOMLOCK'")).toContain('0 results');
  expect(await box.must("asterisk -rx 'dialplan show globals'")).not.toMatch(/DEVICELOCK_\w+=./);
  expect(await box.must("asterisk -rx 'manager show users'")).not.toContain('device-lock');
});

it('leaves nothing at all with --purge, and says so when there is nothing', async () => {
  await box.must(`${UNINSTALL} --purge`);
  expect(differences(before, await box.listing())).toEqual([]);
  expect(await box.must(`${UNINSTALL} --purge`)).toContain('Nothing of Device Lock is here');
  expect(differences(before, await box.listing())).toEqual([]);
});

/** What only a FreePBX has: each writes down how it was called, and does to Asterisk what the real one would. */
const FWCONSOLE = `#!/bin/sh
echo "fwconsole $*" >>/root/calls
case "$*" in
  reload) asterisk -rx 'manager reload' ;;
  'ma delete devicelock') rm -r /var/www/html/admin/modules/devicelock ;;
esac
`;
const PHP = `#!/bin/sh
shift
echo "php $*" >>/root/calls
user=/etc/asterisk/manager.d/stand-in.conf
case $1 in
  remove) [ -f $user ] || exit 3; rm $user ;;
  add) [ ! -f $user ] || exit 3
    printf '[device-lock]\nsecret=%s\npermit=%s\nread=system,call,security\nwrite=system,reporting,call\n' "$(cat)" "$2" >$user ;;
esac
`;

it('uses the commands of FreePBX where that is here, and leaves nothing there either', async () => {
  await writeFile(box.path('/usr/sbin/fwconsole'), FWCONSOLE, { mode: 0o755 });
  await writeFile(box.path('/usr/bin/php'), PHP, { mode: 0o755 });
  await writeFile(box.path('/etc/freepbx.conf'), '<?php\n');
  await writeFile(box.path('/etc/asterisk/pjsip_custom_post.conf'), '[1001](+)\nallow=g722', { mode: 0o664 });
  await box.must('mkdir -p /var/www/html/admin/modules');
  const folder = '/root/release/dialplan/freepbx/devicelock';
  await box.must(`mkdir -p ${folder} && touch ${folder}/module.xml`);
  const asItWas = await box.listing();
  await box.must(`${INSTALL} --dry-run`);
  expect(differences(asItWas, await box.listing())).toEqual([]);

  await box.must(INSTALL);
  expect(await isGuarding()).toBe(true);
  expect(await box.must('cat /root/calls')).toBe(`\
php add 127.0.0.1
fwconsole reload
fwconsole chown
fwconsole ma install devicelock
fwconsole reload
`);
  expect(await box.must('tail -n 4 /etc/asterisk/pjsip_custom_post.conf')).toBe(`\
; >>> device-lock (no line end before)
[global](+)
send_contact_status_on_update_registration=yes
; <<< device-lock
`);
  await box.must('test -f /var/www/html/admin/modules/devicelock/device-lock.conf');
  expect((await box.sh('test -e /etc/asterisk/device-lock.conf')).code).toBe(1);

  await box.must(`rm /root/calls && ${UNINSTALL} --purge`);
  expect(await box.must('cat /root/calls')).toBe(`\
fwconsole ma uninstall devicelock
fwconsole ma delete devicelock
php remove
fwconsole reload
`);
  expect(differences(asItWas, await box.listing())).toEqual([]);
});
