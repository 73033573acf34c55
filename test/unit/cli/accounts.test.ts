import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { makeRig, type Rig } from '../api/rig.ts';
import { Visitor } from '../api/tcp/visitor.ts';
import { PATIENCE, type Ran, run } from './run.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE, hookTimeout: PATIENCE });

const PASSWORD = 'correct horse battery';
let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

function here(words: readonly string[], input = ''): Promise<Ran> {
  return run(words, { configPath: rig.configPath, input });
}

test('a user is made with a password from standard input, signs in, gets another, and is removed', async () => {
  const made = await here(['users', 'add', 'alice', '--role', 'operator'], `${PASSWORD}\n`);
  expect(made).toMatchObject({ code: 0, err: '' });
  const [url = ''] = /http:\S+/.exec(made.out) ?? [];
  const visitor = new Visitor(url);
  expect((await visitor.signIn('alice', PASSWORD)).status).toBe(200);
  expect((await here(['users', 'password', 'alice'], 'quite another one')).code).toBe(0);
  expect((await visitor.signIn('alice', PASSWORD)).status).toBe(401);
  expect((await visitor.signIn('alice', 'quite another one')).status).toBe(200);
  expect((await here(['users'])).out).toMatch(/^USER +ROLE.*\nalice +operator/);
  expect((await here(['users', 'remove', 'alice'])).code).toBe(0);
  expect((await here(['users', 'remove', 'alice'])).err).toContain('There is no user "alice"');
});

test('a token is shown once, opens the API, and is removed by its id', async () => {
  const { out } = await here(['tokens', 'add', 'backup', '--role', 'viewer', '--expires', '90d', '--json']);
  const { id, token, expires, console: door } = JSON.parse(out);
  expect(Date.parse(expires) - Date.now()).toBeGreaterThan(89 * 86_400_000);
  const visitor = new Visitor(door.url, { authorization: `Bearer ${token}` });
  expect((await visitor.ask('GET', '/v1/session')).body).toEqual({
    user: 'backup',
    role: 'viewer',
    csrf: '',
  });
  const listed = await here(['tokens', 'list']);
  expect(listed.out).toContain(id);
  expect(listed.out).not.toContain(token);
  expect((await here(['tokens', 'remove', id])).code).toBe(0);
  await expect(visitor.ask('GET', '/v1/session')).rejects.toThrow('ECONNREFUSED');
});

test.each([
  [['users', 'add', 'alice'], '', 2, 'role'],
  [['users', 'add', 'alice', '--role', 'root'], '', 2, 'viewer, operator'],
  [['users', 'add', 'alice', '--role', 'viewer'], '', 2, 'No password'],
  [['users', 'add', 'alice', '--role', 'viewer', 'a password'], PASSWORD, 2, 'too many arguments'],
  [['users', 'add', 'alice', '--role', 'viewer'], 'short', 1, '10 to 256 characters'],
  [['tokens', 'add', 'x', '--role', 'viewer', '--expires', '1y'], '', 2, 'number of days'],
])('%j is refused', async (words, input, code, why) => {
  const ran = await here(words, input);
  expect({ code: ran.code, out: ran.out }).toEqual({ code, out: '' });
  expect(ran.err).toContain(why);
});
