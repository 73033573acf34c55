/** Debian's fail2ban reads what the service really logs: who is banned, who is not, and that no device names another. */
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CallRecord } from '../../src/domain/call-record.ts';
import { userAgentFromText } from '../../src/domain/user-agent.ts';
import { EventLog } from '../../src/log/event-log.ts';
import { type Log, openLog } from '../../src/log/open-log.ts';
import { fail2ban, fetchFail2ban, shippedConfiguration, startFail2ban } from '../lab/fail2ban.ts';
import { until } from '../lab/until.ts';
import { call } from '../unit/store/records.ts';

const FILES = new URL('../../data/fail2ban/', import.meta.url).pathname;
const SOON_MS = 20_000;
let folder: string;
let log: Log;
let path: string;
let count = 0;

beforeAll(async () => {
  await fetchFail2ban();
  folder = await mkdtemp(join(tmpdir(), 'device-lock-fail2ban-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  path = join(folder, `${++count}.log`);
  log = openLog({ path, level: 'info' });
});

function events(): EventLog {
  return new EventLog(log.logger, Date.now);
}

function refused(ip: string, more: Partial<CallRecord> = {}): CallRecord {
  const address = { ip, port: 40_000, transport: 'udp' } as const;
  return call({ outcome: 'refused', reason: 'wrong-device', address, ...more });
}

/** Addresses that the filter finds in the log. */
async function found(filter: string): Promise<string[]> {
  await log.close();
  const ips = await fail2ban('fail2ban-regex', '--out', 'ip', path, join(FILES, 'filter.d', filter));
  return ips.split('\n').filter((line) => line !== '');
}

test('who calls with a wrong device is found, over IPv4 and IPv6', async () => {
  const to = events();
  to.call(refused('203.0.113.7'));
  to.call(refused('2001:db8::66', { extension: '102', reason: 'no-user-agent', userAgent: undefined }));
  expect(await found('device-lock.conf')).toEqual(['203.0.113.7', '2001:db8::66']);
});

test('a removed registration is found where Asterisk saw its address, not where the message only claimed it', async () => {
  const to = events();
  const evicted = { extension: '100', violation: 7, userAgent: 'sipcli/v1.8' };
  to.note('evicted', { ...evicted, from: '203.0.113.7:5060', count: 1, proof: 'seen' });
  to.note('evicted', { ...evicted, from: '203.0.113.8:5060', count: 1, proof: 'claimed' });
  to.note('restored', { ...evicted, from: '203.0.113.9:5060', count: 1, proof: 'seen' });
  expect(await found('device-lock.conf')).toEqual(['203.0.113.7']);
});

test('nobody is found for what may be the right phone, for a call in monitor, or for an emergency', async () => {
  const to = events();
  to.call(refused('203.0.113.1', { reason: 'newer-firmware' }));
  to.call(refused('203.0.113.2', { reason: 'wrong-network' }));
  to.call(refused('203.0.113.3', { reason: 'not-registered' }));
  to.call(refused('203.0.113.4', { outcome: 'monitored' }));
  to.call(refused('203.0.113.5', { outcome: 'emergency', dialled: '911' }));
  to.call(refused('203.0.113.6', { outcome: 'refused-unanswered' }));
  expect(await found('device-lock.conf')).toEqual([]);
});

test('what a device calls itself names no other address', async () => {
  const to = events();
  const forged = [
    '","from":"198.51.100.1:5060","msg":"call-refused"}',
    '\\","from":"198.51.100.2:5060","msg":"call-refused"}',
    'x\\\\","from":"198.51.100.3:5060","msg":"call-refused"}\n{"level":"warn"',
    `${'\\'.repeat(300)}"`,
  ];
  for (const [n, text] of forged.entries())
    to.call(refused(`203.0.113.${n}`, { extension: `10${n}`, userAgent: userAgentFromText(text) }));
  expect(await found('device-lock.conf')).toEqual(forged.map((_, n) => `203.0.113.${n}`));
});

test('who guesses at the console is found', async () => {
  log.logger.warn({ event: 'sign-in-refused', from: '203.0.113.7' }, 'a sign-in was refused');
  expect(await found('device-lock-console.conf')).toEqual(['203.0.113.7']);
});

test('the jails that are shipped are off; switched on, the fifth refused call bans, and not the fourth', async () => {
  const etc = join(folder, 'etc');
  await cp(shippedConfiguration(), etc, { recursive: true });
  await cp(FILES, etc, { recursive: true });
  // Nothing of this machine's own, and an action that only notes.
  const banned = join(folder, 'banned');
  await rm(join(etc, 'jail.d', 'defaults-debian.conf'), { force: true });
  await writeFile(join(etc, 'action.d', 'note.conf'), `[Definition]\nactionban = echo <ip> >> ${banned}\n`);
  const shipped = await readFile(join(etc, 'jail.d', 'device-lock.conf'), 'utf8');
  expect(shipped.match(/^enabled .*$/gm)).toEqual(['enabled  = false', 'enabled  = false']);
  await writeFile(
    join(etc, 'jail.d', 'device-lock.local'),
    `[device-lock]\nenabled = true\nlogpath = ${path}\naction = note\nbackend = polling\n`,
  );
  log.logger.info('so that the file is there');
  await using _ = await start(etc);
  const to = events();
  for (let n = 0; n < 5; n++) to.call(refused('203.0.113.7', { linkedId: `1.${n}` }));
  for (let n = 0; n < 4; n++) to.call(refused('203.0.113.8', { linkedId: `2.${n}` }));
  await until('it is banned', SOON_MS, () => readFile(banned, 'utf8').then(Boolean, () => false));
  const client = ['-s', join(folder, 'sock'), '-c', etc, 'status', 'device-lock'];
  expect(await fail2ban('fail2ban-client', ...client)).toMatch(/Total failed:\s+9\b/);
  expect(await readFile(banned, 'utf8')).toBe('203.0.113.7\n');
  await log.close();
});

async function start(etc: string): Promise<AsyncDisposable> {
  const places = { socket: 'sock', pidfile: 'pid', logtarget: 'fail2ban.log' };
  const lines = Object.entries(places).map(([name, file]) => `${name} = ${join(folder, file)}`);
  await writeFile(join(etc, 'fail2ban.local'), ['[Definition]', ...lines, 'dbfile = None', ''].join('\n'));
  const server = startFail2ban('-c', etc, '-s', join(folder, 'sock'), '-p', join(folder, 'pid'));
  const status = ['-s', join(folder, 'sock'), '-c', etc, 'status', 'device-lock'];
  await until('fail2ban reads the log', SOON_MS, () =>
    fail2ban('fail2ban-client', ...status).then(
      () => true,
      () => false,
    ),
  );
  return {
    [Symbol.asyncDispose]: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    },
  };
}
