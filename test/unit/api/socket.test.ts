import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRig } from './rig.ts';

test('the socket is for its owner and group alone', async () => {
  await using rig = await makeRig();
  expect(statSync(rig.socket).mode & 0o777).toBe(0o660);
});

test('the socket can be given to a group by number', async () => {
  await using rig = await makeRig({ group: '12345' });
  expect(statSync(rig.socket).gid).toBe(12345);
});

test('a group that does not exist is an error that names it', async () => {
  await using rig = await makeRig({ group: 'no-such-group', isListening: false });
  await expect(rig.api.listen()).rejects.toThrow('There is no group no-such-group.');
});

test('the socket is gone after the close', async () => {
  await using rig = await makeRig();
  await rig.api.close();
  expect(existsSync(rig.socket)).toBe(false);
});

test('a socket that a killed process left behind is replaced', async () => {
  await using rig = await makeRig({ isListening: false });
  const script = `require('net').createServer().listen(${JSON.stringify(rig.socket)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(rig.socket)).toBe(true);
  await rig.api.listen();
  expect((await rig.ask('GET', '/v1/settings')).status).toBe(200);
});

test('a socket that a living process answers on is not taken', async () => {
  await using rig = await makeRig({ isListening: false });
  const script = `require('net').createServer().listen(${JSON.stringify(rig.socket)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await expect(rig.api.listen()).rejects.toThrow('Another process answers on');
  expect(existsSync(rig.socket)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('a file that is no socket is not touched', async () => {
  await using rig = await makeRig({ isListening: false });
  writeFileSync(join(rig.socket), 'precious');
  await expect(rig.api.listen()).rejects.toThrow('is not a socket');
  expect(statSync(rig.socket).size).toBe(8);
});

test('closing is quick although a follower stays', async () => {
  await using rig = await makeRig();
  const { request } = await import('node:http');
  const following = request({ socketPath: rig.socket, path: '/v1/events' });
  following.on('error', () => undefined);
  const [response] = (await once(following.end(), 'response')) as [import('node:http').IncomingMessage];
  response.resume();
  const started = performance.now();
  await rig.api.close();
  expect(performance.now() - started).toBeLessThan(2000);
});
