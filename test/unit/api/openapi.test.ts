import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiDeps } from '../../../src/api/deps.ts';
import { OPERATIONS } from '../../../src/api/openapi/operations.ts';
import { codePost } from '../../../src/notify/code-post.ts';
import { CERTIFICATE, LOGIN, type MailServer, startMailServer } from '../notify/smtp-server.ts';
import { DESK, makeRig, type Rig, THIEF, YEALINK } from './rig.ts';
import { PASSWORD, Visitor } from './tcp/visitor.ts';

const SOURCES = ['routes/', 'tcp/'].map((folder) => new URL(`../../../src/api/${folder}`, import.meta.url));
const NOTIFIER: ApiDeps['alerts']['notifier'] = {
  states: [
    {
      ...{ channel: 'email', target: 'noc@example.org', severity: 'warning', queued: 0, sent: 1, givenUp: 0 },
      ...{ dropped: 0, lastSent: 1, failingSince: undefined, error: undefined, nextTry: undefined },
    },
  ],
  test: async () => [{ channel: 'email', target: 'noc@example.org', sent: true, error: undefined, ms: 3 }],
};

let rig: Rig;
let visitor: Visitor;
let smtp: MailServer;
// biome-ignore lint/suspicious/noExplicitAny: a document.
let document: any;
// biome-ignore lint/suspicious/noExplicitAny: as it is over the network.
let overNetwork: any;
beforeAll(async () => {
  smtp = await startMailServer();
  const server = { host: 'localhost', port: smtp.port, security: 'starttls', ca: CERTIFICATE } as const;
  rig = await makeRig({
    notifier: NOTIFIER,
    codePost: codePost({ ...server, ...LOGIN, from: 'device-lock@pbx1.example' }, '*55'),
    findings: [{ check: 'gate', state: 'ok', what: 'It answers.' }],
  });
  document = (await rig.ask('GET', '/v1/openapi.json')).body;
  visitor = await Visitor.signedIn(rig, 'alice', 'operator');
  overNetwork = (await visitor.ask('GET', '/v1/openapi.json')).body;
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
});

/** `GET /v1/models/{id}` of every operation in the documents. */
function described(): string[] {
  const paths = [document, overNetwork].flatMap((one) => Object.entries<object>(one.paths));
  const operations = paths.flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  return [...new Set(operations)].sort();
}

function inSource(): string[] {
  const files = SOURCES.flatMap((folder) => readdirSync(folder).map((file) => new URL(file, folder)));
  const sources = files.map((file) => readFileSync(file, 'utf8'));
  const found = sources.flatMap((source) => [
    ...source.matchAll(/\bapp\.(get|put|post|delete)(?:<[^(]*>)?\(\s*'(\/v1\/[^']+)'/g),
  ]);
  return found
    .map(([, method = '', url = '']) => `${method.toUpperCase()} ${url.replace(/:(\w+)/g, '{$1}')}`)
    .sort();
}

test('every route is described, with what it is for, and nothing else is', () => {
  expect(described()).toEqual(inSource());
  const told = Object.keys(OPERATIONS).map((route) => route.replace(/:(\w+)/g, '{$1}'));
  expect(told.sort()).toEqual(described());
  expect('/v1/session' in document.paths).toBe(false);
  expect('/v1/users' in overNetwork.paths).toBe(false);
});

test('every operation has a name of its own', () => {
  const names = Object.values<object>(document.paths).flatMap((methods) =>
    Object.values<{ operationId: string }>(methods as never).map(({ operationId }) => operationId),
  );
  expect(new Set(names).size).toBe(names.length);
});

test('it is told what a route takes in: path, query and body', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document.paths['/v1/violations'].get.parameters).toContainEqual({
    ...{ name: 'open', in: 'query', required: false, schema: { type: 'string', enum: ['true', 'false'] } },
  });
  const put = document.paths['/v1/extensions/{ext}/policy'].put;
  expect(put.parameters).toMatchObject([{ name: 'ext', in: 'path', required: true }]);
  const { schema } = put.requestBody.content['application/json'];
  expect(schema.dependentRequired).toEqual({ add: ['alternatives'] });
  expect(JSON.stringify(document)).not.toContain('"discriminator"');
});

const DEVICE = { kind: 'custom', match: 'prefix', value: 'Zoiper' };
const ADDED = {
  ...YEALINK,
  id: 'snom-d7',
  pattern: '^snomD7[0-9]{2}/[0-9.]+$',
  matches: ['snomD785/1.2'],
  rejects: [],
};

/** In this order: later ones see what those before them did. */
const ASKED: readonly (readonly [string, string, unknown?])[] = [
  ['GET', '/v1/openapi.json'],
  [
    'PUT',
    '/v1/extensions/1001/policy',
    { alternatives: [{ kind: 'model', model: 'yealink-t4' }], mode: 'monitor' },
  ],
  [
    'POST',
    '/v1/extensions/1001/grants',
    { alternatives: [DEVICE], until: new Date(Date.now() + 86_400_000).toISOString() },
  ],
  ['POST', '/v1/extensions/1001/enrolment', {}],
  ['POST', '/v1/extensions/1001/enrolment', { seconds: 3600, email: 'alice@example.com' }],
  ['GET', '/v1/extensions/1001/enrolment'],
  ['GET', '/v1/enrolments'],
  ['POST', '/v1/preview', { change: { settings: { fallback: 'yealink-t4' } } }],
  ['PUT', '/v1/settings', { networks: ['0.0.0.0/0'], firmwareDrift: 'notify' }],
  ['GET', '/v1/settings'],
  [
    'POST',
    '/v1/preview',
    {
      change: {
        policies: { 1001: { unlock: true }, 1002: { alternatives: [DEVICE] }, 4711: { mode: null } },
      },
    },
  ],
  ['POST', '/v1/bulk', { extensions: ['1002', '4711'], request: { mode: 'monitor' } }],
  ['POST', '/v1/extensions/1001/check', { userAgent: THIEF, address: '203.0.113.7:5062' }],
  ['POST', '/v1/extensions/1001/try', { alternatives: [DEVICE] }],
  ['POST', '/v1/models', ADDED],
  ['PUT', '/v1/models/yealink-t4', { model: 'T4' }],
  ['POST', '/v1/models/yealink-t4/restore'],
  ['POST', '/v1/models/propose', { userAgent: 'snomD785/10.1.64.14' }],
  ['POST', '/v1/models/try', { pattern: 'x', matches: [], rejects: [] }],
  ['GET', '/v1/models/snom-d7'],
  ['GET', '/v1/export'],
  ['POST', '/v1/import', { document: { format: 'device-lock', version: 1 }, dryRun: true }],
  ['GET', '/v1/overview'],
  ['GET', '/v1/extensions'],
  ['GET', '/v1/extensions/1001'],
  ['DELETE', '/v1/extensions/1001/enrolment'],
  ['POST', '/v1/extensions/1001/grants/take-back', { alternatives: [DEVICE] }],
  ['DELETE', '/v1/extensions/1001/grants'],
  ['GET', '/v1/violations'],
  ['GET', '/v1/calls'],
  ['POST', '/v1/extensions/1001/clear'],
  ['GET', '/v1/violations?open=false'],
  ['DELETE', '/v1/models/snom-d7'],
  ['GET', '/v1/models'],
  ['DELETE', '/v1/extensions/1002/lock'],
  ['POST', '/v1/extensions/1001/rename', { to: '1003' }],
  ['DELETE', '/v1/extensions/1003'],
  ['GET', '/v1/audit'],
  ['GET', '/v1/alerts'],
  ['POST', '/v1/alerts/test', {}],
  ['GET', '/v1/dialplan'],
  ['GET', '/v1/status'],
  ['GET', '/v1/doctor'],
  ['POST', '/v1/users', { name: 'bob', role: 'viewer', password: PASSWORD }],
  ['PUT', '/v1/users/bob/password', { password: `${PASSWORD}!` }],
  ['GET', '/v1/users'],
  ['DELETE', '/v1/users/bob'],
  ['POST', '/v1/tokens', { name: 'monitoring', role: 'viewer' }],
  ['GET', '/v1/tokens'],
];
const ASKED_OVER_NETWORK = [
  ['POST', '/v1/session', { user: 'alice', password: PASSWORD }],
  ['GET', '/v1/session'],
  ['GET', '/v1/overview'],
  ['DELETE', '/v1/session'],
] as const;
/** These answer no JSON. */
const STREAMS = ['GET /v1/events', 'GET /v1/metrics', 'GET /v1/stream', 'GET /v1/violations.csv'];

test('what is really answered is as described, to the last field', async () => {
  rig.register('1001', [DESK, '192.0.2.10:5060'], [THIEF, '203.0.113.7:5062']);
  rig.store.putCall({
    ...{ linkedId: '1.1', extension: '1001', dialled: '00', userAgent: undefined, address: undefined },
    ...{ reason: 'wrong-device', outcome: 'refused', violation: 1, at: Date.now() },
  });
  const alert = {
    id: 'a',
    kind: 'test',
    severity: 'info',
    at: 1,
    title: 't',
    data: { n: 1 },
    actions: [],
  } as const;
  rig.store.putDelivery({
    ...{ alert, channel: 'email', state: 'sent', attempts: 1 },
    error: undefined,
    settledAt: 2,
  });
  const ajv = makeValidator();
  const seen = new Set<string>();
  const hold = (whole: object, method: string, path: string, status: number, answer: unknown) => {
    const [name, operation] = operationAt(whole, method, path.split('?')[0] ?? '');
    const described = operation.responses[status];
    expect(described, `${method} ${path}: ${status} ${JSON.stringify(answer)}`).toBeDefined();
    const schema = described.content?.['application/json'].schema;
    if (schema === undefined) expect(answer).toBeUndefined();
    else {
      const validate = ajv.compile(strict(schema));
      expect(validate(answer) ? [] : validate.errors, `${method} ${path}`).toEqual([]);
    }
    seen.add(name);
  };
  for (const [method, path, body] of ASKED) {
    const { status, body: answer } = await rig.ask(method, path, body);
    hold(document, method, path, status, answer);
  }
  const { tokens } = (await rig.ask('GET', '/v1/tokens')).body;
  const { status, body } = await rig.ask('DELETE', `/v1/tokens/${tokens[0].id}`);
  hold(document, 'DELETE', '/v1/tokens/x', status, body);
  for (const [method, path, asked] of ASKED_OVER_NETWORK) {
    const said = await visitor.ask(method, path, asked);
    hold(overNetwork, method, path, said.status, said.body);
  }
  expect([...seen, ...STREAMS].sort()).toEqual(described());
});

test('so is what goes wrong', async () => {
  const ajv = makeValidator();
  const validate = ajv.compile(strict({ $ref: '#/components/schemas/Error' }));
  for (const path of ['/v1/extensions/4711', '/v1/models/nope', '/v1/violations?page=2', '/v1/nothing']) {
    expect(validate((await rig.ask('GET', path)).body), path).toBe(true);
  }
});

// biome-ignore lint/suspicious/noExplicitAny: parts of the document.
function operationAt(whole: any, method: string, path: string): [string, any] {
  const template = Object.keys(whole.paths).find((one) =>
    new RegExp(`^${one.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  const exact = path in whole.paths ? path : (template ?? '');
  return [`${method} ${exact}`, whole.paths[exact]?.[method.toLowerCase()]];
}

/** Both documents have the same schemas. */
function makeValidator(): Ajv2020 {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
  ajv.addVocabulary(['components']);
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return ajv.addSchema(strict({ components: document.components }), 'api');
}

/** An answer may grow; but a field that nobody described is not to slip in. */
function strict(schema: object): object {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/');
  return JSON.parse(text, (_, value: unknown) => {
    const isOpen =
      typeof value === 'object' && value !== null && 'properties' in value && 'required' in value;
    return isOpen && !('additionalProperties' in value) ? { ...value, additionalProperties: false } : value;
  });
}
