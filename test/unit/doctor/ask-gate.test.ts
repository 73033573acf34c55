import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { askGate } from '../../../src/doctor/ask-gate.ts';
import { createGate } from '../../../src/gate/server.ts';

test('the real gate answers, about nobody', async () => {
  const asked: (string | undefined)[] = [];
  const gate = createGate({
    port: 0,
    decide: ({ call }) => {
      asked.push(call.endpoint);
      return { kind: 'unknown', reason: 'contacts-not-listed' };
    },
    onFault: (fault) => expect.unreachable(JSON.stringify(fault)),
  });
  const { host, port } = await gate.listen();
  expect(await askGate(host, port, 5000)).toMatchObject({ verdict: 'unknown:contacts-not-listed' });
  expect(asked).toEqual(['-device-lock-doctor']);
  await gate.close();
  await expect(askGate(host, port, 1000)).rejects.toThrow('ECONNREFUSED');
});

test.each([
  ['is silent', () => undefined, 'silent for 200 ms'],
  ['closes at once', (socket: Socket) => void socket.end(), 'without a verdict'],
  [
    'answers garbage',
    (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'without a verdict',
  ],
  ['talks without end', (socket: Socket) => void socket.write('NOOP\n'.repeat(10_000)), 'without end'],
])('a server that %s is not a gate that answers', async (_, onSocket, why) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(askGate('127.0.0.1', port, 200)).rejects.toThrow(why);
  for (const socket of sockets) socket.destroy();
  server.close();
});
