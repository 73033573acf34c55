import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { makeRig } from '../rig.ts';
import { addUser, cutOff, PASSWORD, Visitor } from './visitor.ts';

afterEach(() => void vi.useRealTimers());

test('who signs in gets a cookie that no script reads and no other page sends', async () => {
  await using rig = await makeRig();
  const visitor = new Visitor(await addUser(rig, 'alice'));
  const said = await visitor.signIn('alice', PASSWORD);
  expect(said).toMatchObject({ status: 200, body: { user: 'alice', role: 'operator' } });
  expect(said.headers['set-cookie']?.[0]).toMatch(
    /^device-lock-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const cookie = said.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const again = await visitor.ask('GET', '/v1/session', undefined, { cookie: `other=1; ${cookie}` });
  expect(again.body).toEqual(said.body);
});

test('a wrong name and a wrong password are answered alike', async () => {
  await using rig = await makeRig();
  const visitor = new Visitor(await addUser(rig, 'alice'));
  const wrong = await visitor.signIn('alice', 'a wrong password');
  const unknown = await visitor.signIn('nobody', 'a wrong password');
  expect([unknown.status, unknown.body]).toEqual([wrong.status, wrong.body]);
  expect(wrong).toMatchObject({ status: 401, body: { error: { message: 'User or password is wrong.' } } });
  const lines = rig.logged.filter(({ message }) => message === 'a sign-in was refused');
  expect(lines.map(({ fields }) => fields)).toEqual(
    Array(2).fill({ event: 'sign-in-refused', from: '127.0.0.1' }),
  );
});

test('one who guesses much hides nobody else from who reads the log', async () => {
  await using rig = await makeRig();
  const url = await addUser(rig, 'alice');
  const guess = async (n: number, localAddress: string) => {
    const headers = { 'content-type': 'application/json' };
    const asked = request(new URL('/v1/session', url), { method: 'POST', headers, localAddress });
    asked.end(JSON.stringify({ user: `user${n}`, password: 'a wrong password' }));
    const [response] = await once(asked, 'response');
    response.resume();
  };
  await Promise.all(Array.from({ length: 15 }, (_, n) => guess(n, '127.0.0.1')));
  await guess(0, '127.0.0.7');
  const lines = rig.logged.filter(({ message }) => message === 'a sign-in was refused');
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)?.fields).toMatchObject({ from: '127.0.0.7' });
});

test('after ten wrong passwords a name has to wait, also one that is nobody', async () => {
  await using rig = await makeRig();
  const visitor = new Visitor(await addUser(rig, 'alice'));
  const wrong = Array.from({ length: 10 }, () => visitor.signIn('nobody', 'a wrong password'));
  expect(new Set((await Promise.all(wrong)).map(({ status }) => status))).toEqual(new Set([401]));
  const { status, headers, body } = await visitor.signIn('nobody', PASSWORD);
  expect({ status, code: body.error.code }).toEqual({ status: 429, code: 'limited' });
  expect(headers['retry-after']).toBe(String(body.retryAfter));
  expect(body.retryAfter).toBeGreaterThan(0);
  expect((await visitor.signIn('alice', PASSWORD)).status).toBe(200);
});

test.each([
  ['another password', 'PUT', '/v1/users/alice/password', { password: 'quite another one' }],
  ['the removal of the user', 'DELETE', '/v1/users/alice', undefined],
])('%s ends the sessions of the user, with what they follow', async (_, method, path, body) => {
  await using rig = await makeRig();
  const visitor = await Visitor.signedIn(rig, 'alice', 'operator');
  const other = await Visitor.signedIn(rig, 'bob', 'operator');
  const stream = await visitor.open('GET', '/v1/stream');
  const ended = cutOff(stream);
  expect((await rig.ask(method, path, body)).status).toBe(200);
  await ended;
  expect((await visitor.ask('GET', '/v1/status')).status).toBe(401);
  expect((await visitor.signIn('alice', PASSWORD)).status).toBe(401);
  expect((await other.ask('GET', '/v1/status')).status).toBe(200);
});

test('a request that is no sign-in is refused before it costs anything', async () => {
  await using rig = await makeRig();
  const visitor = new Visitor(await addUser(rig, 'alice'));
  const started = performance.now();
  for (const [body, status] of [
    [{ user: 'alice' }, 400],
    [{ user: 'alice', password: PASSWORD, role: 'operator' }, 400],
    [{ user: 'alice', password: 'x'.repeat(1025) }, 400],
    [{ user: 'alice', password: 'x'.repeat(9000) }, 413],
  ] as const) {
    expect((await visitor.ask('POST', '/v1/session', body)).status).toBe(status);
  }
  expect(performance.now() - started).toBeLessThan(5000);
});

test('a clock that is set back keeps nobody out, and makes no session longer', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  await using rig = await makeRig();
  const visitor = new Visitor(await addUser(rig, 'alice'));
  await visitor.signIn('alice', 'a wrong password');
  vi.setSystemTime(Date.now() - 400 * 86_400_000);
  expect((await visitor.signIn('alice', PASSWORD)).status).toBe(200);
});
