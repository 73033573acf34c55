import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandChannel } from '../../../src/notify/command.ts';
import { alert, message, never } from './messages.ts';

const folder = mkdtempSync(join(tmpdir(), 'device-lock-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function script(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

const channel = (path: string, change: { timeout?: number; arguments?: readonly string[] } = {}) =>
  commandChannel({ path, arguments: [], timeout: 5000, ...change });

describe('a command', () => {
  test('gets the alerts on its input, and an environment and arguments that hold no word of a device', async () => {
    const path = script(
      'keep',
      `cat > ${folder}/in; env > ${folder}/env; printf '%s,' "$@" > ${folder}/args`,
    );
    const evil = alert({ data: { userAgent: '$(touch /tmp/x); `id`' }, title: '$(touch /tmp/x)' });
    process.env['DEVICE_LOCK_SMTP_PASSWORD'] = 'hunter2';
    await channel(path, { arguments: ['--now', '$(id)'] }).send(
      message([evil, alert({ kind: 'call' })]),
      never,
    );
    delete process.env['DEVICE_LOCK_SMTP_PASSWORD'];
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(JSON.parse(read('in'))).toMatchObject({ alerts: [{ id: evil.id, data: evil.data }, {}] });
    expect(read('args')).toBe('--now,$(id),');
    expect(read('env').split('\n').filter(isOurs).toSorted()).toEqual([
      'DEVICE_LOCK_ALERTS=2',
      'DEVICE_LOCK_KINDS=violation,call',
      'DEVICE_LOCK_MESSAGE=m1',
      'DEVICE_LOCK_SEVERITY=warning',
    ]);
    expect(read('env')).not.toMatch(/touch|hunter2/);
  });

  test('need not read what it is given', async () => {
    const many = Array.from({ length: 100 }, () => alert({ data: { detail: 'x'.repeat(600) } }));
    await channel(script('deaf', 'exit 0')).send(message(many), never);
  });
});

/** Neither gone nor only waiting to be buried. */
function isAlive(pid: string): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

const isOurs = (line: string) => line.startsWith('DEVICE_LOCK_');

describe('a command fails, and says why,', () => {
  test('where it ends with anything but 0', async () => {
    const sent = channel(script('no', 'printf "no \\033[2J pager" >&2; exit 7')).send(message(), never);
    await expect(sent).rejects.toThrow('the command ended with 7: no \\u{1b}[2J pager');
  });

  test('where it is not there', async () => {
    await expect(channel(join(folder, 'nothing')).send(message(), never)).rejects.toThrow(/ENOENT/);
  });

  test('where it takes too long: it is killed, with all that it started', async () => {
    const pid = join(folder, 'pid');
    const path = script('slow', `sleep 60 & echo $! > ${pid}; wait`);
    await expect(channel(path, { timeout: 300 }).send(message(), never)).rejects.toThrow(/too long.*killed/);
    await expect.poll(() => isAlive(readFileSync(pid, 'utf8').trim())).toBe(false);
  });

  test('where it says far more than anybody reads', async () => {
    const sent = channel(script('loud', 'head -c 3000000 /dev/zero | tr "\\0" x >&2; exit 1')).send(
      message(),
      never,
    );
    await expect(sent).rejects.toThrow(/^the command ended with 1: x{50}/);
  });
});
