import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { locking, sighting } from './records.ts';
import { eventually, open, rememberingLogger, temporaryFolder, temporaryPath } from './stores.ts';

const PROGRAM = fileURLToPath(new URL('./told-service.ts', import.meta.url));
const LONG = 'x'.repeat(400);

const mounts: string[] = [];
afterEach(async () => {
  for (const mount of mounts.splice(0)) execFileSync('umount', ['-l', mount]);
});

/** A small disk of its own; undefined where the user may not mount one. */
function smallDisk(): string | undefined {
  const folder = join(temporaryFolder(), 'disk');
  mkdirSync(folder);
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).status === 0;
  if (!made) return undefined;
  mounts.push(folder);
  return folder;
}

function fill(folder: string): string {
  const filler = join(folder, 'filler');
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
  return filler;
}

const disk = smallDisk();
for (const mount of mounts.splice(0)) execFileSync('umount', [mount]);

describe.skipIf(disk === undefined)('a full disk', () => {
  test('rejects commits and changes nothing, keeps what trails, and heals by itself', async () => {
    const folder = smallDisk() ?? '';
    const { logger, logged } = rememberingLogger();
    const store = await open(join(folder, 'device-lock.db'), { logger });
    await store.commit(locking('100'));
    const filler = fill(folder);
    let saved = 0;
    const refusal = await (async () => {
      // The log has room left of its own for a while.
      for (let number = 0; number < 5000; number++, saved++) {
        await store.commit(locking(`2${number}`, LONG));
      }
    })().catch((error: unknown) => error);
    expect(refusal).toMatchObject({ fault: 'failed', hint: expect.stringContaining('Free space') });
    for (let index = 0; index < 300; index++) {
      store.addSighting(sighting({ userAgent: { kind: 'text', text: `${index} ${LONG}` } }));
    }
    await eventually('a batch was tried', async () => (await store.health()).failure !== undefined);
    expect(await store.health()).toMatchObject({ pending: 300, dropped: 0 });
    expect((await store.load()).policies.size).toBe(1 + saved);
    expect(logged.filter(({ level }) => level === 'error')).toHaveLength(1);
    rmSync(filler);
    await eventually('what waited is written', async () => (await store.health()).pending === 0);
    expect((await store.health()).failure).toBeUndefined();
    expect(await store.sightings({ extension: '100', limit: 1000 })).toHaveLength(300);
    await store.commit(locking('300'));
    expect(logged.map(({ level }) => level)).toEqual(['error', 'info']);
  }, 60_000);

  test('drops sightings beyond the limit, and counts and logs that', async () => {
    const folder = smallDisk() ?? '';
    const { logger, logged } = rememberingLogger();
    const store = await open(join(folder, 'device-lock.db'), { logger, maxPending: 1000 });
    fill(folder);
    await (async () => {
      for (;;) await store.commit(locking('200', LONG));
    })().catch(() => undefined);
    for (let index = 0; index < 2500; index++) {
      store.addSighting(sighting({ userAgent: { kind: 'text', text: `${index} ${LONG}` } }));
    }
    const health = await store.health();
    expect(health.pending).toBeLessThanOrEqual(1500);
    expect(health.dropped).toBeGreaterThanOrEqual(1000);
    expect(logged.filter(({ level }) => level === 'warn')).toHaveLength(1);
  }, 60_000);

  test('is no damage at the start: the store cannot be made, and says why', async () => {
    const folder = smallDisk() ?? '';
    fill(folder);
    await expect(open(join(folder, 'device-lock.db'))).rejects.toMatchObject({
      fault: 'unusable',
      hint: expect.stringContaining('Free space'),
    });
  });
});

describe('a limit on the size of files', () => {
  test('rejects commits, keeps what trails, and heals when it is lifted', async () => {
    const path = temporaryPath();
    const service = await toldService(path);
    expect(await service.tell({ commit: '100' })).toEqual({ ok: true });
    limitFiles(service.child, statSync(`${path}-wal`).size + 20_000);
    let answer: unknown = { ok: true };
    for (let number = 0; number < 200 && JSON.stringify(answer) === '{"ok":true}'; number++) {
      answer = await service.tell({ commit: `2${number}` });
    }
    expect(answer).toMatchObject({
      fault: 'failed',
      hint: expect.stringContaining('limit on the size of files'),
    });
    expect(await service.tell({ put: 400 })).toEqual({ ok: true });
    await eventually('a batch was tried', async () => {
      const { pending, failure } = await service.tell({ health: true });
      return pending === 400 && failure !== undefined;
    });
    limitFiles(service.child, undefined);
    await eventually('what waited is written', async () => {
      const { pending, failure } = await service.tell({ health: true });
      return pending === 0 && failure === undefined;
    });
    expect(await service.tell({ commit: '300' })).toEqual({ ok: true });
    service.child.kill('SIGKILL');
    await once(service.child, 'exit');
    const store = await open(path);
    expect((await store.load()).policies.has('300')).toBe(true);
    expect(await store.sightings({ extension: '100', limit: 1000 })).toHaveLength(400);
  }, 60_000);
});

type Answer = Readonly<Record<string, unknown>>;

async function toldService(
  path: string,
): Promise<{ child: ChildProcess; tell: (order: object) => Promise<Answer> }> {
  const child = spawn(process.execPath, [PROGRAM, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const tell = async (order: object): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify(order)}\n`);
    const { value } = await lines.next();
    return JSON.parse(String(value));
  };
  return { child, tell };
}

function limitFiles(child: ChildProcess, bytes: number | undefined): void {
  execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`]);
}
