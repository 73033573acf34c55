/** The database is damaged or gone: what operators decided comes back from AstDB, and nothing of the damaged file is lost. */
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kill } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportDocument } from '../../src/api/shapes.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import type { Alternative } from '../../src/domain/lock.ts';
import { DESK_PHONE, OUTSIDE, Scene, statusOf, THIEF } from './scene.ts';

/** As long as a lock can be: it takes AstDB many entries. */
const LONG_LOCK: Alternative[] = Array.from({ length: 16 }, (_, n) => ({
  kind: 'custom',
  match: 'prefix',
  value: `Büro "東京" \\ ${n} `.padEnd(250, 'ü'),
}));

const MODEL = {
  id: 'acme-desk',
  vendor: 'Acme',
  model: 'Desk',
  kind: 'desk',
  pattern: '^Acme Desk [0-9]+$',
  matches: ['Acme Desk 7'],
  rejects: ['Acme Soft 7'],
};

describe.each(['22', '16'] as const)('Asterisk %s', (version) => {
  let scene: Scene;
  let file: string;
  beforeAll(async () => {
    scene = await Scene.open(version, { gate: { refusal: 'plain' } });
    file = join(scene.lab.home, 'service', 'device-lock.db');
    const { api } = scene.service;
    await scene.lockTo('1011', DESK_PHONE);
    await scene.lock('1002', ...LONG_LOCK);
    await scene.policy('1003', { mode: 'monitor' });
    await scene.policy('1004', { requireRegistration: true });
    await api.post('/v1/models', MODEL);
    await api.delete('/v1/models/yealink-t');
    await api.put('/v1/settings', { fallback: MODEL.id, requireRegistration: false });
    await scene.service.ready();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  const stop = () => scene.service.stop();
  const killed = async () => {
    const { pid, watchdogPid } = scene.service;
    if (pid === undefined) throw new Error('there is no service to kill');
    kill(pid, 'SIGKILL');
    kill(watchdogPid, 'SIGKILL');
  };

  it.each([
    ['whose header is overwritten', stop, () => overwrite(0, 100)],
    ['whose middle is overwritten', stop, () => overwrite(size() * 0.25, size() * 0.5)],
    ['whose middle is overwritten after a kill', killed, () => overwrite(size() * 0.25, size() * 0.5)],
    ['that was cut in half', stop, () => truncateSync(file, Math.floor(size() / 2))],
    ['that was emptied', stop, () => truncateSync(file, 0)],
  ])('sets aside a database %s, and takes the decisions from AstDB', async (_, end, damage) => {
    await using guarded = await setTheStage();
    const decided = await decisions();
    await end();
    damage();
    const damaged = readFileSync(file);
    await scene.service.start();
    expect(await decisions()).toEqual(decided);
    const { state, what, cure } = await foundOfOrigin();
    expect({ state, what }).toEqual({ state: 'warning', what: expect.stringContaining('damaged') });
    const setAside = /\S+\.damaged-[\dTZ-]+/.exec(cure ?? '')?.[0] ?? '';
    expect(readFileSync(setAside).equals(damaged)).toBe(true);
    await guarded.expect();
  });

  it('takes the decisions from AstDB where the database was deleted', async () => {
    await using guarded = await setTheStage();
    const decided = await decisions();
    await scene.service.stop();
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    await scene.service.start();
    expect(await decisions()).toEqual(decided);
    expect((await foundOfOrigin()).what).toContain('there was none');
    await guarded.expect();
  });

  it('finds the new database intact at the next start', async () => {
    const decided = await decisions();
    await scene.service.stop();
    await scene.service.start();
    expect(await decisions()).toEqual(decided);
    expect((await foundOfOrigin()).what).toContain('intact');
  });

  it('keeps what another program had in AstDB, before it puts its own there', async () => {
    await scene.service.stop();
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    await scene.lab.rasterisk('database deltree CUSTOMLOCK');
    await scene.lab.rasterisk('database put CUSTOMLOCK LOCK_MODE/1002 device');
    await scene.service.start();
    await scene.service.ready();
    expect(readFileSync(join(dirname(file), 'customlock-astdb.txt'), 'utf8')).toBe(
      '/CUSTOMLOCK/LOCK_MODE/1002: device\n',
    );
    expect(await scene.lab.rasterisk('database show CUSTOMLOCK/LOCK_MODE')).toContain('0 results found');
  });

  /** The phone and a thief, registered. */
  async function setTheStage() {
    const phone = await scene.registered('1011', DESK_PHONE);
    const thief = await scene.registeredThief('1011');
    await scene.knows('1011', DESK_PHONE, THIEF);
    return {
      async expect() {
        expect((await scene.violations('1011')).filter(({ ended }) => ended === null)).toMatchObject([
          { userAgent: THIEF, by: ['REGISTER'] },
        ]);
        expect(await statusOf(thief)).toBe(403);
        expect(await statusOf(thief, OUTSIDE, { userAgent: DESK_PHONE })).toBe(403);
        expect(await statusOf(phone)).toBe(200);
      },
      async [Symbol.asyncDispose]() {
        for (const one of [phone, thief]) await one.register({ expires: 0 });
        await scene.knows('1011');
      },
    };
  }

  const size = () => statSync(file).size;

  function overwrite(at: number, bytes: number): void {
    const content = readFileSync(file);
    content.fill(0xa5, Math.floor(at), Math.floor(at + bytes));
    writeFileSync(file, content);
  }

  async function decisions(): Promise<ExportDocument> {
    const { exported: _, ...decided } = await scene.service.api.get<ExportDocument>('/v1/export');
    return decided;
  }

  async function foundOfOrigin(): Promise<Finding> {
    const { stdout } = await scene.service.run('doctor', '--json');
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    const finding = findings.find(({ check }) => check === 'origin');
    if (finding === undefined) throw new Error(stdout);
    return finding;
  }
});
