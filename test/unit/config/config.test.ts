import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, readConfig } from '../../../src/config/config.ts';
import { exampleConfig } from '../../../src/config/example.ts';

const read = (text: string) => readConfig(text, 'device-lock.toml');

describe('every key has a default', () => {
  it('takes an empty file', () => {
    expect(read('').gate).toEqual({
      host: '127.0.0.1',
      port: 4580,
      allow: ['127.0.0.0/8', '::1'],
      'when-unavailable': 'allow',
      refusal: 'prompt',
      address: '',
      'emergency-numbers': ['911', '112', '933'],
    });
  });

  it('takes what is given', () => {
    const config = read('[gate]\nport = 4999\n[extensions]\ntrunks = ["carrier"]\n[ami]\ntls = true');
    expect([config.gate.port, config.extensions.trunks, config.ami.tls]).toEqual([4999, ['carrier'], true]);
  });
});

describe('a mistake is named with its place and what was probably meant', () => {
  it.each([
    ['[gate]\nprot = 1', 'an unknown key prot in [gate] (did you mean port?)'],
    ['[gte]\nport = 1', 'there is no section [gte] (did you mean gate?)'],
    ['[constructor]\nport = 1', 'there is no section [constructor]'],
    ['[gate]\ntoString = 1', 'an unknown key toString in [gate]'],
    ['gate = 3', 'gate as a value, but it is a section: [gate]'],
    ['[gate]\nport = 70000', 'port in [gate], which must be a whole number from 0 to 65535'],
    ['[gate]\nport = "4580"', 'port in [gate], which must be a whole number from 0 to 65535'],
    ['[gate]\nwhen-unavailable = "maybe"', 'when-unavailable in [gate], which must be one of allow, deny'],
    ['[ami]\ntls = 1', 'tls in [ami], which must be true or false'],
    [
      '[gate]\naddress = "pbx"',
      'address in [gate], which must be an IP address and a port, as "192.0.2.5:4580"',
    ],
    ['[gate]\naddress = "pbx.example:4580"', 'address in [gate], which must be an IP address and a port'],
    ['[gate]\naddress = "192.0.2.5:70000"', 'address in [gate], which must be an IP address and a port'],
    ['[gate]\naddress = "192.0.2.5,x:1"', 'address in [gate], which must be an IP address and a port'],
    ['[console]\nlisten = "localhost:4581"', 'listen in [console], which must be an IP address and a port'],
    ['[console]\nlisten = "0.0.0.0:4581"', 'that wants remote = true, tls-cert and tls-key'],
    ['[console]\nlisten = "[::]:4581"\nremote = true', 'that wants remote = true, tls-cert and tls-key'],
    [
      '[console]\nlisten = "192.0.2.5:443"\ntls-cert = "a"\ntls-key = "b"',
      'that wants remote = true, tls-cert and tls-key',
    ],
    ['[console]\ntls-cert = "a"', 'one of tls-cert and tls-key in [console], which go together'],
    ['[console]\nnames = ["http://pbx"]', 'names in [console], which must be a list, each of it a host name'],
    ['[gate]\nemergency-numbers = "911"', 'emergency-numbers in [gate], which must be a list of texts'],
    ['[gate]\nemergency-numbers = ["911", "_9."]', 'emergency-numbers in [gate], which must be a list, each'],
    [
      '[gate]\nemergency-numbers = ["9-1-1"]',
      'each of it a number as it is dialled, or a pattern of a fixed',
    ],
    ['[alerts]\nquiet-hours = "22-7"', 'quiet-hours in [alerts], which must be two times of the day, as'],
    ['[alerts.email]\ntoo = []', 'an unknown key too in [alerts.email] (did you mean to?)'],
    ['[alerts.emial]\nto = []', 'an unknown key emial in [alerts]'],
    ['[alerts]\nemail = 3', 'alerts.email as a value, but it is a section: [alerts.email]'],
    [
      '[alerts.email]\nto = ["a@b, c@d"]',
      'to in [alerts.email], which must be a list, each of it a mail address',
    ],
    ['[alerts.email]\nto = ["a@b\\r\\nBcc: c@d"]', 'to in [alerts.email], which must be a list'],
    [
      '[alerts.email]\nsecurity = "none"\nhost = "mail.example"',
      'security = "none" in [alerts.email] with a host',
    ],
    [
      '[alerts.webhook]\nurl = "file:///etc/passwd"',
      'url in [alerts.webhook], which must be an address that',
    ],
    ['[alerts.command]\npath = "notify.sh"', 'path in [alerts.command], which must be an absolute path'],
    ['[extensions]\ntrunks = "x"', 'trunks in [extensions], which must be a list of texts'],
  ])('%j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('takes numbers and patterns of a fixed length, and no more than a hundred', () => {
    const list = (...numbers: string[]) => `[gate]\nemergency-numbers = ${JSON.stringify(numbers)}`;
    const numbers = ['911', '*911#', '+4420', '_9X11', '_[1-9]11'];
    expect(read(list(...numbers)).gate['emergency-numbers']).toEqual(numbers);
    expect(() => read(list(...Array.from({ length: 101 }, (_, n) => String(n))))).toThrow('a list of 100');
  });

  it('takes a gate on another host, by either kind of address', () => {
    for (const address of ['192.0.2.5:1', '[2001:db8::5]:65535']) {
      expect(read(`[gate]\naddress = "${address}"`).gate.address).toBe(address);
    }
  });

  it('names all of them at once', () => {
    expect(() => read('[gate]\nport = -1\nrefusal = "x"')).toThrow(/port in .*; refusal in /);
  });
});

describe('the example file', () => {
  const example = readFileSync(new URL('../../../data/device-lock.example.toml', import.meta.url), 'utf8');

  it('shows every key with its default', () => {
    expect(example).toBe(exampleConfig());
  });

  it('is a valid configuration once its comments are taken off', () => {
    const bare = example.replaceAll(/^# (?=[a-z-]+ = )/gm, '');
    expect(read(bare)).toEqual(read(''));
  });
});

describe('secrets', () => {
  it('are not quoted by any error', () => {
    for (const text of [
      '[ami]\nsecret = "hunter2\n',
      '[ami]\nsecret = hunter2',
      '[ami]\nsecret = "hunter2\\nx"',
    ]) {
      expect(() => read(text)).toThrow(ConfigError);
      expect(messageOf(() => read(text))).not.toContain('hunter2');
    }
  });

  it('may lie in a file of their own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'device-lock-config-'));
    writeFileSync(join(folder, 'secret'), 'hunter2\n');
    writeFileSync(join(folder, 'config.toml'), `[ami]\nsecret-file = "${join(folder, 'secret')}"\n`);
    expect(loadConfig(join(folder, 'config.toml')).ami.secret).toBe('hunter2');
    writeFileSync(
      join(folder, 'config.toml'),
      `[alerts.email]\npassword-file = "${join(folder, 'secret')}"\n`,
    );
    expect(loadConfig(join(folder, 'config.toml'))['alerts.email'].password).toBe('hunter2');
  });
});

it('says which file is missing and how to name another', () => {
  expect(() => loadConfig('/nonexistent/device-lock.toml')).toThrow(/nonexistent.*ENOENT/);
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof ConfigError ? `${error.message} ${error.hint}` : String(error);
  }
  return '';
}
