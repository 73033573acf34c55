import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer, get, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, get as getOverTls, Agent as TlsAgent } from 'node:https';
import { type AddressInfo, createConnection, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { fairShare } from '../../../src/api/fair-share.ts';

const TLS = {
  key: readFileSync(new URL('./tcp/localhost.key', import.meta.url)),
  cert: readFileSync(new URL('./tcp/localhost.crt', import.meta.url)),
};

/** @param busyFor milliseconds for which the thread is kept right behind an answer */
async function listening(isTls = false, busyFor = 0) {
  const asked: string[] = [];
  const onRequest: RequestListener = ({ url = '' }, response) => {
    asked.push(url);
    // Later: as long as there is no answer, the next request is one too many.
    setImmediate(() => {
      response.end(`said ${url}`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyFor);
    });
  };
  const server: Server = isTls ? createTlsServer(TLS, onRequest) : createServer(onRequest);
  fairShare(server, (socket) => socket.write('HTTP/1.1 411 Length Required\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ asked, port },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Everything that is said on the connection until its end. */
async function heard(socket: Socket, bytes: string): Promise<string> {
  socket.on('error', () => undefined);
  socket.write(bytes);
  return await text(socket).catch(() => '');
}

test.each([
  ['', false],
  [' over TLS', true],
])(
  'who sends a thousand requests in one go%s is cut off, and only the first is ever read',
  async (_, isTls) => {
    await using server = await listening(isTls);
    const where = { port: server.port, host: '127.0.0.1' };
    const socket = isTls ? connectTls({ ...where, ca: TLS.cert }) : createConnection(where);
    await heard(socket, 'GET /again HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000));
    expect(server.asked).toEqual(['/again']);
  },
);

test.each([
  ['', false],
  [' over TLS', true],
])('who waits for each answer may ask on on one connection%s', async (_, isTls) => {
  await using server = await listening(isTls);
  const options = { keepAlive: true, maxSockets: 1 };
  const agent = isTls ? new TlsAgent({ ...options, ca: TLS.cert }) : new Agent(options);
  const ask = isTls ? getOverTls : get;
  for (let n = 0; n < 50; n++) {
    const url = `${isTls ? 'https' : 'http'}://127.0.0.1:${server.port}/${n}`;
    const request = ask(url, { agent });
    const [response] = await once(request, 'response');
    expect(await text(response)).toBe(`said /${n}`);
    expect(request.reusedSocket).toBe(n > 0);
  }
  agent.destroy();
});

test('who asks on while the thread is still busy with other things is not taken for one who does not wait', async () => {
  await using server = await listening(true, 20);
  // Another thread: it is quicker than this one.
  const client = new Worker(
    `const { once } = require('node:events');
    const { Agent, get } = require('node:https');
    const { text } = require('node:stream/consumers');
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const { parentPort, workerData } = require('node:worker_threads');
    (async () => {
      for (let n = 0; n < 20; n++) {
        const request = get({ port: workerData, path: '/' + n, agent });
        const [response] = await once(request, 'response');
        await text(response);
        if (request.reusedSocket !== n > 0) throw new Error('it was cut off');
      }
      parentPort.postMessage('all answered');
    })();`,
    { eval: true, workerData: server.port },
  );
  expect(await once(client, 'message')).toEqual(['all answered']);
  await client.terminate();
});

test('a body in pieces is not read: thousands of a byte each would take the time of calls', async () => {
  await using server = await listening();
  const socket = createConnection({ port: server.port, host: '127.0.0.1' });
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
  expect(await heard(socket, head + '1\r\na\r\n'.repeat(50))).toMatch(/^HTTP\/1.1 411 /);
  expect(server.asked).toEqual([]);
});

test('a body without end is not read on once it is answered, and its sender can read why', async () => {
  await using server = await listening();
  const socket = createConnection({ port: server.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${1e12}\r\n\r\n`);
  const piece = Buffer.alloc(1 << 20);
  const pour = () => {
    while (socket.writable && socket.write(piece));
  };
  socket.on('drain', pour);
  pour();
  await closed;
  expect(said).toContain('said /');
  expect(socket.bytesWritten - socket.writableLength).toBeLessThan(100e6);
});

test('another host gets a part of the connections, and gets it back when it closes one', async () => {
  await using server = await listening();
  const open = () => createConnection({ port: server.port, host: '127.0.0.1', localAddress: '127.0.0.9' });
  const sockets: Socket[] = [];
  const say = async (socket: Socket) => {
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return await Promise.race([
      once(socket, 'data').then(() => 'answered'),
      once(socket, 'close').then(() => 'closed'),
    ]);
  };
  for (let n = 0; n < 32; n++) {
    const socket = open();
    sockets.push(socket);
    expect(await say(socket)).toBe('answered');
  }
  expect(await say(open())).toBe('closed');
  sockets[0]?.destroy();
  await expect.poll(() => say(open())).toBe('answered');
  for (const socket of sockets) socket.destroy();
});
