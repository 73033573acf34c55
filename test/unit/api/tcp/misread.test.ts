/** What a client that is no browser may send: every answer is in the one shape, strict, and repeats nothing. */
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRig, type Rig } from '../rig.ts';
import { Visitor } from './visitor.ts';

let rig: Rig;
let visitor: Visitor;
let url: string;
beforeAll(async () => {
  rig = await makeRig();
  visitor = await Visitor.signedIn(rig, 'alice', 'operator');
  url = visitor.url;
});
afterAll(() => rig[Symbol.asyncDispose]());

/** The first answer to these bytes. */
async function answerTo(url: string, bytes: string): Promise<{ status: number; head: string; body: string }> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  socket.setTimeout(10_000, () => socket.destroy());
  socket.write(bytes);
  const said = await text(socket);
  const [head = '', body = ''] = said.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body };
}

const LAST = 'Host: localhost\r\nConnection: close\r\n\r\n';
const HELLO = '{"user":"a","password":"0123456789"}';

test.each([
  ['an address that cannot be decoded', 400, `GET /%zz-evil HTTP/1.1\r\n${LAST}`],
  [
    'an address with a part that is too long',
    400,
    `GET /v1/models/${'evil'.repeat(100)} HTTP/1.1\r\n${LAST}`,
  ],
  ['bytes that are no HTTP', 400, 'evil\r\n\r\n'],
  ['a method that there is not', 400, `EVIL / HTTP/1.1\r\n${LAST}`],
  ['a head that is too long', 431, `GET / HTTP/1.1\r\nX: ${'evil'.repeat(3000)}\r\n${LAST}`],
  [
    'two lengths at once',
    400,
    `POST /v1/session HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n${LAST}0\r\n\r\n`,
  ],
  [
    'two lengths that differ',
    400,
    `POST /v1/session HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n${LAST}evil`,
  ],
  ['a request that names no host', 421, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  [
    'a request of another name behind an address of ours',
    421,
    'GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  ],
])('%s is answered strictly, and not repeated', async (_, status, bytes) => {
  const said = await answerTo(url, bytes);
  expect(said.status).toBe(status);
  expect(said.head).toMatch(/^content-security-policy: default-src 'none'/m);
  expect(said.head).toMatch(/^x-content-type-options: nosniff/m);
  expect(said.head).toMatch(/^cache-control: no-store/m);
  expect(Object.keys(JSON.parse(said.body).error)).toEqual(['code', 'message', 'hint']);
  expect(said.body).not.toContain('evil');
});

test.each([
  ['__proto__', '{"__proto__":{"role":"operator"},"user":"a","password":"0123456789"}'],
  ['constructor', '{"constructor":{"prototype":{"role":"operator"}},"user":"a","password":"0123456789"}'],
  ['a depth of a thousand', `${'['.repeat(1000)}${']'.repeat(1000)}`],
  ['text in place of JSON', HELLO, 'text/plain'],
])('a sign-in of %s is refused as malformed', async (_, body, type = 'application/json') => {
  const head = `POST /v1/session HTTP/1.1\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n`;
  const said = await answerTo(url, `${head}${LAST}${body}`);
  expect(said).toMatchObject({ status: 400, body: expect.stringContaining('"malformed"') });
});

test('a stream cannot be asked for its head alone: nobody would read it, and it would take a place', async () => {
  for (const path of ['/v1/stream', '/v1/events']) expect((await visitor.ask('HEAD', path)).status).toBe(404);
});

test('what only those who are signed in see is kept by nobody on the way', async () => {
  for (const path of ['status', 'overview', 'extensions', 'export', 'violations.csv', 'metrics', 'session']) {
    const { headers } = await visitor.ask('GET', `/v1/${path}`);
    expect(headers['cache-control'], path).toMatch(/^(?:no-store|private, no-cache)$/);
  }
});
