import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { makeRig } from '../rig.ts';
import { addUser, cutOff, PASSWORD, Visitor } from './visitor.ts';

test('nothing listens until there is a user, and nothing when the last is gone', async () => {
  await using rig = await makeRig();
  expect((await rig.ask('GET', '/v1/status')).body.console).toEqual({ url: null, failure: null });
  const made = await rig.ask('POST', '/v1/users', { name: 'alice', role: 'operator', password: PASSWORD });
  expect(made).toMatchObject({ status: 201, body: { console: { url: expect.stringMatching(/^http:/) } } });
  const visitor = new Visitor(made.body.console.url);
  expect((await visitor.ask('GET', '/')).status).toBe(200);
  await rig.ask('DELETE', '/v1/users/alice');
  await expect(visitor.ask('GET', '/')).rejects.toThrow('ECONNREFUSED');
});

test('a port that is taken is said, and the service runs on', async () => {
  await using first = await makeRig();
  const { host } = new URL(await addUser(first, 'alice'));
  await using second = await makeRig({ console: { listen: host } });
  const made = await second.ask('POST', '/v1/users', { name: 'bob', role: 'operator', password: PASSWORD });
  expect(made.body.console).toMatchObject({ url: null, failure: expect.stringContaining('EADDRINUSE') });
  expect((await second.ask('GET', '/v1/settings')).status).toBe(200);
});

test('without a session or a token every route but the login and the page is refused', async () => {
  await using rig = await makeRig();
  const visitor = new Visitor(await addUser(rig, 'alice'), { 'x-device-lock-who': 'cli:root' });
  const asked = [
    ...['status', 'doctor', 'overview', 'extensions', 'extensions/1001', 'models', 'settings', 'export'],
    ...['violations', 'calls', 'audit', 'events', 'stream', 'session', 'users', 'tokens', 'nowhere'],
  ].map((path) => ['GET', `/v1/${path}`]);
  const changes = [
    ['PUT', '/v1/settings'],
    ['DELETE', '/v1/extensions/1001/lock'],
    ['POST', '/v1/extensions/1001/clear'],
    ['DELETE', '/v1/session'],
    ['PATCH', '/v1/settings'],
    ['OPTIONS', '/v1/settings'],
    ['GET', '/../etc/passwd'],
    ['GET', '/assets/../../package.json'],
    ['HEAD', '/v1/settings'],
  ];
  for (const [method = '', path = ''] of [...asked, ...changes]) {
    const { status } = await visitor.ask(method, path);
    expect({ method, path, status }).toEqual({ method, path, status: 401 });
  }
  expect((await visitor.ask('GET', '/')).status).toBe(200);
});

test('users and tokens are not made over TCP, whoever asks', async () => {
  await using rig = await makeRig();
  const visitor = await Visitor.signedIn(rig, 'alice', 'operator');
  const more = { name: 'mallory', role: 'operator', password: PASSWORD };
  expect((await visitor.ask('POST', '/v1/users', more)).status).toBe(404);
  expect((await visitor.ask('GET', '/v1/tokens')).status).toBe(404);
});

test('what is changed is in the audit under the name of who signed in, whatever the request says of it', async () => {
  await using rig = await makeRig();
  const visitor = await Visitor.signedIn(rig, 'alice', 'operator');
  const forged = { 'x-device-lock-who': 'cli:root' };
  expect((await visitor.ask('PUT', '/v1/settings', { mode: 'monitor' }, forged)).status).toBe(200);
  expect((await rig.ask('GET', '/v1/audit?limit=1')).body.audit[0]).toMatchObject({ who: 'user:alice' });
});

test('a change without the token of the page is refused', async () => {
  await using rig = await makeRig();
  const { url, headers } = await Visitor.signedIn(rig, 'alice', 'operator');
  const visitor = new Visitor(url, { cookie: headers['cookie'] ?? '' });
  const change = { mode: 'monitor' };
  expect((await visitor.ask('GET', '/v1/settings')).status).toBe(200);
  expect(await visitor.ask('PUT', '/v1/settings', change)).toMatchObject({ status: 403 });
  const wrong = { 'x-device-lock-token': 'x'.repeat(43) };
  expect((await visitor.ask('PUT', '/v1/settings', change, wrong)).body.error.code).toBe('no-token');
  expect((await rig.ask('GET', '/v1/settings')).body.mode).toBe('enforce');
});

test('a change that a browser sends for another page is refused, also the sign-in', async () => {
  await using rig = await makeRig();
  const visitor = await Visitor.signedIn(rig, 'alice', 'operator');
  for (const site of ['cross-site', 'same-site']) {
    const foreign = { 'sec-fetch-site': site };
    expect((await visitor.ask('PUT', '/v1/settings', { mode: 'monitor' }, foreign)).status).toBe(403);
    const entry = { user: 'alice', password: PASSWORD };
    expect((await visitor.ask('POST', '/v1/session', entry, foreign)).status).toBe(403);
  }
});

test('a viewer sees everything, tries what would be, and changes nothing', async () => {
  await using rig = await makeRig();
  const visitor = await Visitor.signedIn(rig, 'victor', 'viewer');
  for (const path of ['status', 'overview', 'settings', 'audit', 'export']) {
    expect((await visitor.ask('GET', `/v1/${path}`)).status, path).toBe(200);
  }
  for (const [path, body] of [
    ['/v1/extensions/1001/check', { userAgent: 'x' }],
    ['/v1/extensions/1001/try', { alternatives: [{ kind: 'device', userAgent: 'x' }] }],
    ['/v1/preview', { change: { settings: { mode: 'monitor' } } }],
    ['/v1/models/propose', { userAgent: 'Acme 1.0' }],
  ] as const) {
    expect((await visitor.ask('POST', path, body)).status, path).toBe(200);
  }
  for (const [method, path, body] of [
    ['PUT', '/v1/settings', { mode: 'monitor' }],
    ['PUT', '/v1/extensions/1001/policy', { mode: 'monitor' }],
    ['DELETE', '/v1/extensions/1001/lock', undefined],
    ['POST', '/v1/extensions/1001/clear', undefined],
    ['POST', '/v1/import', { document: {}, dryRun: true }],
    ['POST', '/v1/bulk', { extensions: ['1001'], request: { clear: true } }],
  ] as const) {
    const { status, body: said } = await visitor.ask(method, path, body);
    expect({ path, status, code: said.error.code }).toEqual({ path, status: 403, code: 'forbidden' });
  }
  const large = { change: { policies: { 1001: { alternatives: [] }, more: 'x'.repeat(70_000) } } };
  expect((await visitor.ask('POST', '/v1/preview', large)).status).toBe(413);
  expect((await visitor.ask('DELETE', '/v1/session')).status).toBe(204);
  expect((await visitor.ask('GET', '/v1/status')).status).toBe(401);
});

test('a name that is not ours is refused, also for the page: somebody may have pointed it here', async () => {
  await using rig = await makeRig({ console: { names: ['pbx.example'] } });
  const { port } = new URL(await addUser(rig, 'alice'));
  const visitor = new Visitor(`http://127.0.0.1:${port}`);
  const statusFor = async (host: string) => (await visitor.ask('GET', '/', undefined, { host })).status;
  expect([await statusFor('evil.example'), await statusFor(`evil.example:${port}`)]).toEqual([421, 421]);
  expect([await statusFor('pbx.example'), await statusFor(`localhost:${port}`)]).toEqual([200, 200]);
});

test('every answer has the strict policy, also an error, a stream and what is not there', async () => {
  await using rig = await makeRig();
  const visitor = await Visitor.signedIn(rig, 'alice', 'operator');
  for (const path of ['/', '/v1/status', '/v1/nowhere', '/v1/stream', '/v1/extensions/none']) {
    const { headers, ...response } = await visitor.open('GET', path);
    expect(headers, path).toMatchObject({
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
      ),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).not.toContain('unsafe');
    if (path !== '/') expect(headers['cache-control']).toMatch(/no-store|no-cache/);
    response.socket?.destroy();
  }
});

test('a token asks as what it is for, ends when it is removed, and with it what it follows', async () => {
  await using rig = await makeRig();
  const made = await rig.ask('POST', '/v1/tokens', { name: 'backup', role: 'operator', days: 1 });
  const visitor = new Visitor(made.body.console.url, { authorization: `Bearer ${made.body.token}` });
  expect((await visitor.ask('PUT', '/v1/settings', { mode: 'monitor' })).status).toBe(200);
  expect((await rig.ask('GET', '/v1/audit?limit=1')).body.audit[0]).toMatchObject({ who: 'token:backup' });
  const stream = await visitor.open('GET', '/v1/stream');
  const ended = cutOff(stream);
  await addUser(rig, 'alice');
  await rig.ask('DELETE', `/v1/tokens/${made.body.id}`);
  await ended;
  expect((await visitor.ask('GET', '/v1/settings')).status).toBe(401);
});

test('neither the API nor the log ever shows a hash, a password, or a token a second time', async () => {
  await using rig = await makeRig();
  await rig.ask('POST', '/v1/users', { name: 'alice', role: 'viewer', password: PASSWORD });
  const { body } = await rig.ask('POST', '/v1/tokens', { name: 'backup', role: 'viewer' });
  const shown = JSON.stringify([
    ...(await Promise.all(
      ['users', 'tokens', 'audit', 'export'].map((path) => rig.ask('GET', `/v1/${path}`)),
    )),
    rig.logged,
  ]);
  expect(shown).toContain('token-add');
  for (const secret of [PASSWORD, 'scrypt', body.token]) expect(shown).not.toContain(secret);
});

test('one user follows by eight streams at the most: the others find a place, and so does who closes one', async () => {
  await using rig = await makeRig();
  const [alice, bob] = [
    await Visitor.signedIn(rig, 'alice', 'viewer'),
    await Visitor.signedIn(rig, 'bob', 'viewer'),
  ];
  const open = async (visitor: Visitor, path: string) => {
    const response = await visitor.open('GET', path);
    response.on('error', () => undefined);
    return response;
  };
  const streams: IncomingMessage[] = [];
  for (let n = 0; n < 8; n++) streams.push(await open(alice, n < 4 ? '/v1/stream' : '/v1/events'));
  expect(streams.map(({ statusCode }) => statusCode)).toEqual(Array(8).fill(200));
  expect((await alice.ask('GET', '/v1/stream')).status).toBe(503);
  const other = await open(bob, '/v1/stream');
  expect(other.statusCode).toBe(200);
  streams[0]?.destroy();
  await expect
    .poll(async () => {
      const again = await open(alice, '/v1/stream');
      again.destroy();
      return again.statusCode;
    })
    .toBe(200);
  for (const stream of [...streams, other]) stream.destroy();
});
