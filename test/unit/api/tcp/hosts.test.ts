import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOwnHost, readListen, urlOf } from '../../../../src/api/tcp/hosts.ts';

const LISTEN = { host: '192.0.2.5', port: 4581 };
const NAMES = ['pbx.example.com'];

test.each([
  'localhost',
  'LOCALHOST:4581',
  'localhost:9999',
  '127.0.0.1:4581',
  '[::1]:4581',
  '192.0.2.5:4581',
  'pbx.example.com',
  'PBX.Example.com:443',
  '198.51.100.7',
])('%s is a name of ours', (header) => {
  expect(isOwnHost(header, LISTEN, NAMES, '::ffff:198.51.100.7')).toBe(true);
});

test.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  'localhost.',
  '127.0.0.1.evil.example:4581',
  'evil.example:4581@localhost',
  'localhost@evil.example',
  'localhost, evil.example',
  'localhost:4581:80',
  '[::1',
  '::1',
  '[::2]:4581',
  'pbx.example.com.',
])('%s is none', (header) => {
  expect(isOwnHost(header, LISTEN, NAMES, '198.51.100.7')).toBe(false);
});

test('no text but a name of ours is taken for one', () => {
  const own = new Set(['localhost', '127.0.0.1', '::1', '192.0.2.5', 'pbx.example.com']);
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.domain(), fc.ipV4(), fc.ipV6()), (header) => {
      if (!own.has(header.toLowerCase())) expect(isOwnHost(header, LISTEN, NAMES)).toBe(false);
    }),
  );
});

test('where it listens is shown as a browser takes it', () => {
  expect(urlOf(readListen('127.0.0.1:4581'), [], false)).toBe('http://127.0.0.1:4581/');
  expect(urlOf(readListen('[::1]:4581'), [], false)).toBe('http://[::1]:4581/');
  expect(urlOf(readListen('192.0.2.5:443'), NAMES, true)).toBe('https://pbx.example.com:443/');
});
