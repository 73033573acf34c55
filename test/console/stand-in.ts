/**
 * The service as a browser meets it, without an Asterisk: the built page with its strict Content-Security-Policy, the real
 * API of the unit tests' rig behind it, and the routes made for the page answered from the rig's own table. It is for what
 * a browser does; what the service answers is tested where the service is.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExtensionSummary, ModelView, ViolationView } from '../../src/api/shapes.ts';
import { identify } from '../../src/domain/identify.ts';
import type { Alternative } from '../../src/domain/lock.ts';
import { makeRig, type Rig } from '../unit/api/rig.ts';

const BUILT = fileURLToPath(new URL('../../build/console/', import.meta.url));
const CSP = "default-src 'self'; frame-ancestors 'self'";
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};
export const PASSWORD = 'correct horse battery';
const CSRF = 'stand-in-token';
const FREEPBX_PAGE = '/config.php';
const FREEPBX_HANDLER = '/ajax.php';
const FREEPBX_TOKEN = 'frame-token';

// biome-ignore lint/suspicious/noExplicitAny: bodies of any route.
type Body = any;
type Answer = readonly [status: number, body: Body];

export interface StandIn extends AsyncDisposable {
  readonly url: string;
  readonly rig: Rig;
  /** Every path that a browser asked. */
  readonly asked: readonly string[];
  /** Ends every stream, and refuses new ones while `isOut`. */
  cut(isOut: boolean): void;
  tell(): void;
}

export async function startStandIn(): Promise<StandIn> {
  const rig = await makeRig();
  rig.table.setExtensions(
    new Map([
      ['1001', 'Reception'],
      ['1002', 'Workshop'],
      ['1003', 'Management'],
    ]),
  );
  const asked: string[] = [];
  const streams = new Set<ServerResponse>();
  let isOut = false;
  const tell = () => {
    const change = {
      topics: ['extensions', 'violations', 'settings', 'models', 'status', 'audit'],
      extensions: null,
    };
    for (const stream of streams) stream.write(`event: change\ndata: ${JSON.stringify(change)}\n\n`);
  };
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === '/v1/stream') {
      openStream(response);
      return;
    }
    answer(rig, request).then(
      ([status, body]) => {
        if (body instanceof File) {
          sendFile(response, body);
          return;
        }
        response.writeHead(status, { 'content-type': 'application/json', ...cookie(request, status) });
        response.end(body === undefined ? '' : JSON.stringify(body));
        if (request.method !== 'GET') tell();
      },
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  function openStream(response: ServerResponse): void {
    if (isOut) {
      response.destroy();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write('retry: 300\nevent: hello\ndata: {"version":"0.1.0"}\n\n');
    streams.add(response);
    response.on('close', () => streams.delete(response));
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...{ rig, asked, tell },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    cut(out) {
      isOut = out;
      for (const stream of streams) stream.destroy();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rig[Symbol.asyncDispose]();
    },
  };
}

class File {
  readonly type: string;
  readonly bytes: Buffer;
  constructor(type: string, bytes: Buffer) {
    this.type = type;
    this.bytes = bytes;
  }
}

function sendFile(response: ServerResponse, { type, bytes }: File): void {
  response.writeHead(200, { 'content-type': type, 'content-security-policy': CSP }).end(bytes);
}

function cookie(request: IncomingMessage, status: number): Record<string, string> {
  if (request.url !== '/v1/session' || status >= 300) return {};
  if (request.method === 'POST')
    return { 'set-cookie': 'device-lock-session=1; HttpOnly; SameSite=Strict; Path=/' };
  return request.method === 'DELETE' ? { 'set-cookie': 'device-lock-session=; Max-Age=0; Path=/' } : {};
}

async function answer(rig: Rig, request: IncomingMessage): Promise<Answer> {
  const { method = 'GET' } = request;
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const body: Body = text === '' ? undefined : JSON.parse(text);
  if (url.pathname === FREEPBX_HANDLER) return await throughFreepbx(rig, body);
  if (!url.pathname.startsWith('/v1/')) return [200, await fileOf(url.pathname)];
  const isIn = request.headers.cookie?.includes('device-lock-session=') === true;
  if (url.pathname === '/v1/session') return session(method, body, isIn);
  if (!isIn) return refused(401, 'unauthorized', 'Sign in first.');
  if (method !== 'GET' && request.headers['x-device-lock-token'] !== CSRF)
    return refused(403, 'csrf', 'No token.');
  return await ask(rig, method, url, body);
}

/** As FreePBX's module answers: the service's status and body, for whoever has the frame's token. */
async function throughFreepbx(rig: Rig, { method, path, body, token }: Body): Promise<Answer> {
  if (token !== FREEPBX_TOKEN) return refused(403, 'token', 'No token.');
  return await ask(rig, method, new URL(path, 'http://stand-in'), body ?? undefined);
}

async function ask(rig: Rig, method: string, url: URL, body: Body): Promise<Answer> {
  const made = await madeForThePage(rig, method, url, body);
  if (made !== undefined) return made;
  url.searchParams.delete('since');
  const given = await rig.ask(method, url.pathname + url.search, body);
  return [given.status, given.body];
}

async function fileOf(path: string): Promise<File> {
  if (path === FREEPBX_PAGE) {
    const page = await readFile(join(BUILT, 'index.html'), 'utf8');
    const transport = JSON.stringify({ kind: 'freepbx', url: FREEPBX_HANDLER, token: FREEPBX_TOKEN });
    const meta = `<meta name="device-lock-transport" content='${transport}'>`;
    return new File(TYPES['.html'] ?? '', Buffer.from(page.replace('<head>', `<head>${meta}`)));
  }
  const name = normalize(path === '/' ? '/index.html' : path);
  return new File(TYPES[extname(name)] ?? 'application/octet-stream', await readFile(join(BUILT, name)));
}

function session(method: string, body: Body, isIn: boolean): Answer {
  const user: string = body?.user ?? 'alice';
  const role = user === 'victor' ? 'viewer' : 'operator';
  const entered = { user, role, csrf: CSRF };
  if (method === 'DELETE') return [204, undefined];
  if (method === 'GET') return isIn ? [200, entered] : refused(401, 'unauthorized', 'Sign in first.');
  return body.password === PASSWORD
    ? [200, entered]
    : refused(401, 'unauthorized', 'User or password is wrong.');
}

function refused(status: number, code: string, message: string): Answer {
  return [status, { error: { code, message, hint: '' } }];
}

async function madeForThePage(rig: Rig, method: string, url: URL, body: Body): Promise<Answer | undefined> {
  const [, , what, name, verb] = url.pathname.split('/');
  switch (`${method} ${what}${name === undefined ? '' : `/${verb ?? name}`}`) {
    case 'GET overview':
      return [200, await overview(rig)];
    case 'POST preview':
      return [200, await preview(rig, body.change)];
    case 'POST bulk':
      return [200, await bulk(rig, body)];
    case 'POST models/propose':
      return [200, propose(body.userAgent)];
    case 'POST models/try':
      return [200, tryModel(body)];
    case 'POST extensions/try':
      return [200, await tryLock(rig, decodeURIComponent(name ?? ''), body.alternatives)];
    default:
      return undefined;
  }
}

async function overview(rig: Rig) {
  const { extensions } = (await rig.ask('GET', '/v1/extensions')).body as { extensions: ExtensionSummary[] };
  const { violations } = (await rig.ask('GET', '/v1/violations?limit=1000')).body as {
    violations: ViolationView[];
  };
  const models = await modelsOf(rig);
  const rows = extensions.map((row) => {
    const contacts = row.contacts.map((contact) => {
      const { vendor = null, model = null, firmware = null } = identify(contact.userAgent ?? '');
      return { ...contact, vendor, model, firmware, expires: null, since: null };
    });
    const [first] = contacts;
    const count = violations.filter(({ extension }) => extension === row.extension).length;
    return {
      ...row,
      ...{ policyMode: null, contacts, violationDays: [0, 0, 0, 0, 0, 0, count] },
      lastSeen: first === undefined ? null : { ...first, at: new Date().toISOString() },
      known:
        first === undefined
          ? null
          : models.some(({ pattern }) => new RegExp(pattern).test(first.userAgent ?? '')),
    };
  });
  return { extensions: rows, at: new Date().toISOString() };
}

async function modelsOf(rig: Rig): Promise<ModelView[]> {
  return (await rig.ask('GET', '/v1/models')).body.models;
}

async function preview(rig: Rig, change: Body) {
  const rows = (await overview(rig)).extensions;
  const fallback = (await modelsOf(rig)).find(({ id }) => id === change.settings?.fallback);
  const touched = rows.filter((row) =>
    change.settings ? row.lock.source !== 'own' : row.extension in change.policies,
  );
  const wouldViolate = touched
    .filter(() => fallback !== undefined)
    .flatMap((row) =>
      row.contacts.map((contact) => ({ extension: row.extension, ...contact, reason: 'wrong-device' })),
    )
    .filter(({ userAgent }) => !new RegExp(fallback?.pattern ?? '').test(userAgent ?? ''));
  const counts = { changed: touched.length, wouldViolate: wouldViolate.length, wouldEnd: 0 };
  return { changes: touched.map(({ extension }) => ({ extension })), wouldViolate, wouldEnd: [], counts };
}

async function bulk(rig: Rig, { extensions, request }: Body) {
  const done: string[] = [];
  const failed: Body[] = [];
  for (const extension of extensions as string[]) {
    const { unlock, clear, ...policy } = request;
    const given = unlock
      ? await rig.ask('DELETE', `/v1/extensions/${extension}/lock`)
      : clear
        ? await rig.ask('POST', `/v1/extensions/${extension}/clear`)
        : await rig.ask('PUT', `/v1/extensions/${extension}/policy`, policy);
    if (given.status < 300) done.push(extension);
    else failed.push({ extension, ...given.body.error });
  }
  return { done, failed };
}

function propose(userAgent: string) {
  const { vendor = 'Vendor', model = 'Model' } = identify(userAgent);
  const [stem = ''] = userAgent.split(/ [0-9]/);
  const pattern = `^${stem.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')} [0-9.]+$`;
  const id = `${vendor}-${model}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return {
    id,
    vendor,
    model,
    pattern,
    matches: [userAgent],
    rejects: [`${stem} x`],
    covers: [],
    existing: null,
  };
}

function tryModel({ pattern, matches, rejects }: { pattern: string; matches: string[]; rejects: string[] }) {
  const test = (text: string) => new RegExp(pattern).test(text);
  const problems = [
    ...(pattern.startsWith('^') && pattern.endsWith('$')
      ? []
      : [{ field: 'pattern', message: 'It must be anchored.' }]),
    ...matches
      .filter((text) => !test(text))
      .map(() => ({ field: 'matches', message: 'A sample does not match.' })),
    ...rejects.filter(test).map(() => ({ field: 'rejects', message: 'A look-alike matches.' })),
  ];
  return { ok: problems.length === 0, problems, covers: [] };
}

async function tryLock(rig: Rig, extension: string, alternatives: readonly Alternative[]) {
  const view = (await rig.ask('GET', `/v1/extensions/${extension}`)).body;
  const models = await modelsOf(rig);
  const patternOf = (id: string) => models.find((model) => model.id === id)?.pattern ?? '$.';
  const accepts = (text: string) =>
    alternatives.some((wish) => {
      if (wish.kind === 'device') return text === wish.userAgent;
      if (wish.kind === 'model') return new RegExp(patternOf(wish.model)).test(text);
      if (wish.match === 'pattern') return new RegExp(wish.value).test(text);
      return wish.match === 'exact' ? text === wish.value : text.startsWith(wish.value);
    });
  const judged = (seen: Body[]) => seen.map((one) => ({ ...one, matches: accepts(one.userAgent ?? '') }));
  return { contacts: judged(view.contacts), sightings: judged(view.sightings) };
}
