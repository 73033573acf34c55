import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { closeApp, makeApp } from '../../../src/api/app.ts';
import { Turns } from '../../../src/api/turns.ts';

test('of many that come together one begins a turn, in their order, also those that come meanwhile', async () => {
  const turns = new Turns();
  const begun: string[] = [];
  turns.take(() => {
    begun.push('first');
    turns.take(() => begun.push('came meanwhile'));
  });
  turns.take(() => begun.push('second'));
  expect(begun).toEqual([]);
  for (const expected of [['first'], ['first', 'second'], ['first', 'second', 'came meanwhile']]) {
    await turn();
    expect(begun).toEqual(expected);
  }
  turns.take(() => begun.push('later'));
  await turn();
  expect(begun.at(-1)).toBe('later');
});

test('who has gone before its turn came takes no place: nobody would see it go', async () => {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const app = makeApp({ logger, maxConnections: 10 });
  const answered: string[] = [];
  app.get('/*', ({ url }) => answered.push(url));
  await app.ready();
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const { port } = app.server.address() as AddressInfo;
  app.server.on('request', ({ url, socket }) => void (url === '/gone' && socket.destroy()));
  const ask = (path: string) => once(get({ port, path, agent: false }), 'response');
  await expect(ask('/gone')).rejects.toThrow('socket hang up');
  await ask('/there');
  expect(answered).toEqual(['/there']);
  await closeApp(app);
});
