/** Who may ask what over the network: every operation of the API's own description, as everybody who could come. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRig, type Rig } from '../rig.ts';
import { Visitor } from './visitor.ts';

/** They are asked by POST, and decide nothing: preview, trials, and the end of one's own session. */
const FOR_VIEWERS = [
  'DELETE /v1/session',
  'POST /v1/extensions/{ext}/check',
  'POST /v1/extensions/{ext}/try',
  'POST /v1/models/propose',
  'POST /v1/models/try',
  'POST /v1/preview',
];
/** For who may use the Unix socket alone. */
const FOR_THE_SOCKET = /^\/v1\/(?:users|tokens)\b/;

let rig: Rig;
let operations: { name: string; method: string; template: string; path: string }[];
beforeAll(async () => {
  rig = await makeRig();
  const visitor = await Visitor.signedIn(rig, 'olga', 'operator');
  const documents = [
    (await rig.ask('GET', '/v1/openapi.json')).body,
    (await visitor.ask('GET', '/v1/openapi.json')).body,
  ];
  const found = documents.flatMap(({ paths }) =>
    Object.entries<object>(paths).flatMap(([template, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${template}`),
    ),
  );
  operations = [...new Set(found)].sort().map((name) => {
    const [method = '', template = ''] = name.split(' ');
    return { name, method, template, path: template.replace(/\{\w+\}/g, '4711') };
  });
});
afterAll(() => rig[Symbol.asyncDispose]());

/** The status of every operation but the sign-in, with a body that decides nothing; streams are let go at their head. */
async function statuses(visitor: Visitor): Promise<Record<string, number>> {
  const all: Record<string, number> = {};
  for (const { name, method, path } of operations) {
    if (name === 'POST /v1/session' || name === 'DELETE /v1/session') continue;
    const body = method === 'GET' || method === 'DELETE' ? undefined : {};
    const response = await visitor.open(method, path, body);
    all[name] = response.statusCode ?? 0;
    response.destroy();
  }
  return all;
}

const isChange = (name: string) => !name.startsWith('GET ');
const isForSocket = (name: string) => FOR_THE_SOCKET.test(name.split(' ')[1] ?? '');

async function decided(): Promise<unknown> {
  const { exported: _, ...document } = (await rig.ask('GET', '/v1/export')).body;
  const { audit } = (await rig.ask('GET', '/v1/audit?limit=1000')).body;
  const changes = audit.filter(({ action }: { action: string }) => !/^(?:user|token)-/.test(action));
  return { document, changes };
}

describe('of every operation that is described', () => {
  test('nobody gets anything without a session or a token', async () => {
    const [{ console }] = [(await rig.ask('GET', '/v1/users')).body];
    for (const headers of [
      {},
      { cookie: `device-lock-session=${'A'.repeat(43)}` },
      { authorization: 'Bearer x' },
    ]) {
      const said = await statuses(new Visitor(console.url, headers as Record<string, string>));
      expect(new Set(Object.values(said)), JSON.stringify(said)).toEqual(new Set([401]));
    }
  });

  test('a viewer looks at all, and decides nothing, with a session or a token', async () => {
    const before = await decided();
    const made = await rig.ask('POST', '/v1/tokens', { name: 'looks', role: 'viewer' });
    const byToken = new Visitor(made.body.console.url, { authorization: `Bearer ${made.body.token}` });
    for (const visitor of [await Visitor.signedIn(rig, 'vera', 'viewer'), byToken]) {
      for (const [name, status] of Object.entries(await statuses(visitor))) {
        if (isChange(name) && !FOR_VIEWERS.includes(name))
          expect({ name, status }).toEqual({ name, status: 403 });
        else if (isForSocket(name)) expect({ name, status }).toEqual({ name, status: 404 });
        else expect([401, 403, 405], name).not.toContain(status);
      }
    }
    expect(await decided()).toEqual(before);
  });

  test('an operator may ask all but who may sign in', async () => {
    const visitor = await Visitor.signedIn(rig, 'otto', 'operator');
    for (const [name, status] of Object.entries(await statuses(visitor))) {
      if (isForSocket(name)) expect({ name, status }).toEqual({ name, status: 404 });
      else expect([401, 403, 405, 500], name).not.toContain(status);
    }
  });

  test('no change is made for a page that does not hold the token of the session', async () => {
    const before = await decided();
    const { url, headers } = await Visitor.signedIn(rig, 'oleg', 'operator');
    const visitor = new Visitor(url, { cookie: headers['cookie'] ?? '' });
    for (const [name, status] of Object.entries(await statuses(visitor))) {
      if (isChange(name)) expect({ name, status }).toEqual({ name, status: 403 });
    }
    expect((await visitor.ask('DELETE', '/v1/session')).status).toBe(403);
    expect((await visitor.ask('GET', '/v1/session')).status).toBe(200);
    expect(await decided()).toEqual(before);
  });
});
