import { expect, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { dialplanOf } from '../../../src/service/dialplan.ts';

const configOf = (text: string) => readConfig(`[gate]\n${text}`, 'device-lock.toml');

test.each([
  ['127.0.0.1', '127.0.0.1:4999'],
  ['192.0.2.5', '192.0.2.5:4999'],
  ['0.0.0.0', '127.0.0.1:4999'],
  ['::', '127.0.0.1:4999'],
  ['2001:db8::5', '[2001:db8::5]:4999'],
])('a gate that listens at %s is reached at %s', (host, address) => {
  expect(dialplanOf(configOf(''), { host, port: 4999 }).gate).toBe(address);
});

test('an address that is configured goes before where the gate listens', () => {
  const config = configOf('address = "192.0.2.5:4580"');
  expect(dialplanOf(config, { host: '0.0.0.0', port: 4999 }).gate).toBe('192.0.2.5:4580');
});
