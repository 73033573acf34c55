/** What attackers write, wherever it is on record, harms nobody who reads it; and what is secret is on no record. */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ViolationView } from '../../src/api/shapes.ts';
import { until } from '../lab/until.ts';
import { AT_THIEF, DESK_PHONE, Scene, statusOf } from './scene.ts';

const SOON_MS = 5000;
/** Controls, format characters (bidi, zero-width), private and unassigned ones, line separators: none may reach a terminal. */
const HARMFUL = /[\p{C}\p{Zl}\p{Zp}]/u;
/** In every hostile text, so that it is found wherever it was copied to. */
const MARK = 'evil';
/** A longer header is to the dialplan as if there were none. Bytes. */
const ASTERISK_READS = 4096;

describe.each(['22', '16'] as const)('Asterisk %s', (version) => {
  let scene: Scene;
  let calls = 0;
  beforeAll(async () => {
    scene = await Scene.open(version, { gate: { refusal: 'plain' } });
  });
  afterEach(() => scene?.tidy());
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it.each<[string, string | Buffer]>([
    ['markup', `<script>alert("${MARK}")</script><img src=x onerror=alert(1)>`],
    ['ANSI escapes', `${MARK}\x1b[31mred\x1b[2J\x1b]0;owned\x07\x1b[1A`],
    ['C1 controls', `${MARK}\u009b31mred\u0085`],
    ['right-to-left marks', `${MARK}\u202egnp.exe\u2066\u200f`],
    ['line separators', `${MARK}\u2028{"event":"forged"}\u2029`],
    ['zero-width characters', `${MARK}\u200b\ufeff\u00ad\u{e0041}`],
    ['quotes and what a shell expands', `"'\`;,|$(id)\${IFS}%s%n\\ ${MARK}`],
    ['a forged CSV row', `${MARK}","1001","","DOCUMENTATION"`],
    ['bytes that are not UTF-8', Buffer.from([...Buffer.from(MARK), 0xff, 0xfe, 0x9b])],
    ['3 KB', MARK + 'x'.repeat(3072)],
    ['4 KB', MARK + 'x'.repeat(ASTERISK_READS)],
  ])('shows a User-Agent with %s harmlessly', async (_, userAgent) => {
    await scene.lockTo('1001', DESK_PHONE);
    const thief = await scene.registered('1001', userAgent, { at: AT_THIEF, transport: 'tcp' });
    const dialled = `90044777${String(++calls).padStart(6, '0')}`;
    expect(await statusOf(thief, dialled)).toBe(403);
    await until('the call is on record', SOON_MS, async () => (await refused()).length === 1);
    const [violation] = await refused();
    if (userAgent.length > ASTERISK_READS) expect(violation?.userAgent).toBe(null);
    else if (violation?.userAgentFault === null) expect(violation.userAgent).toBe(userAgent);
    else expect(violation?.userAgent).toContain(MARK);
    for (const verb of [
      ['violations'],
      ['show', '1001'],
      ['calls'],
      ['events'],
      ['events', '--json'],
      ['violations', '--json'],
    ]) {
      const { code, stdout, stderr } = await scene.service.run(...verb);
      expect({ verb, code, stderr, said: stdout !== '' }).toEqual({ verb, code: 0, stderr: '', said: true });
      for (const line of stdout.split('\n')) expect(line).not.toMatch(HARMFUL);
    }
    await until('the call is in the log', SOON_MS, async () =>
      (await scene.service.log()).some((line) => line['dialled'] === dialled),
    );
    for (const line of (await readFile(scene.service.logFile, 'utf8')).split('\n')) {
      expect(line).not.toMatch(HARMFUL);
    }
    expect((await scene.cdrOf(dialled)).userfield).toBe(`device-lock:${violation?.reason}`);
    expect(await readFile(join(scene.lab.home, 'log/cdr-csv/Master.csv'), 'utf8')).not.toContain(MARK);
  });

  /** Open violations that called, as the command shows them in JSON. */
  async function refused(): Promise<ViolationView[]> {
    const { violations } = await scene.service.json<{ violations: ViolationView[] }>('violations', '--open');
    return violations.filter(({ calls: refusedCalls }) => refusedCalls > 0);
  }

  it('keeps no password of an extension and no secret of Asterisk anywhere', async () => {
    await scene.lockTo('1001', DESK_PHONE);
    const thief = await scene.registeredThief('1001');
    await scene.knows('1001', 'friendly-scanner');
    expect(await statusOf(thief)).toBe(403);
    expect((await thief.invite('1002', { authPassword: 'not this one' })).status).toBe(401);
    const { lab, service } = scene;
    const secrets = [lab.ami.secret, lab.ari.secret, ...lab.extensions.map(({ password }) => password)];
    const kept = new Map<string, Buffer>();
    const folder = join(lab.home, 'service');
    for (const name of readdirSync(folder)) {
      if (/\.(db|log)/.test(name)) kept.set(name, readFileSync(join(folder, name)));
    }
    for (const of of ['cmdline', 'environ']) kept.set(of, readFileSync(`/proc/${service.pid}/${of}`));
    for (const page of API_PAGES) kept.set(page, Buffer.from(JSON.stringify(await service.api.get(page))));
    for (const verb of [['doctor'], ['events', '--last', '200'], ['show', '1001'], ['export']]) {
      const { stdout, stderr } = await service.run(...verb);
      kept.set(verb.join(' '), Buffer.from(stdout + stderr));
    }
    kept.set('AstDB', Buffer.from(await lab.rasterisk('database show CUSTOMLOCK')));
    expect([...kept.keys()]).toEqual(
      expect.arrayContaining(['device-lock.db', 'device-lock.db-wal', 'device-lock.log']),
    );
    for (const [where, bytes] of kept) {
      for (const secret of secrets) expect(bytes.includes(secret), `a secret in ${where}`).toBe(false);
    }
  });
});

const API_PAGES = [
  '/v1/status',
  '/v1/doctor',
  '/v1/extensions',
  '/v1/extensions/1001',
  '/v1/violations',
  '/v1/calls',
  '/v1/audit',
  '/v1/settings',
  '/v1/export',
];
