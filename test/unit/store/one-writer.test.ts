import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { locking } from './records.ts';
import { open, temporaryFolder, temporaryPath } from './stores.ts';

const OPEN_ONCE = fileURLToPath(new URL('./open-once.ts', import.meta.url));
const LOADED = fileURLToPath(new URL('./loaded-service.ts', import.meta.url));

function openElsewhere(path: string): object {
  return JSON.parse(spawnSync(process.execPath, [OPEN_ONCE, path], { encoding: 'utf8' }).stdout);
}

describe('two services on one file', () => {
  test('the second process is told so and what to do; the first goes on', async () => {
    const path = temporaryPath();
    const store = await open(path);
    expect(openElsewhere(path)).toMatchObject({
      fault: 'unusable',
      message: expect.stringContaining('Another Device Lock'),
      hint: expect.stringContaining('Stop the other one'),
    });
    await store.commit(locking('100'));
    await store.close();
    expect(openElsewhere(path)).toEqual({ opened: true });
  });

  test('neither does a second one of the same process', async () => {
    const path = temporaryPath();
    const store = await open(path);
    await expect(open(path)).rejects.toThrow(/Another Device Lock/);
    expect(openElsewhere(path)).toMatchObject({ fault: 'unusable' });
    await store.commit(locking('100'));
  });

  test('a symbolic link is no way around', async () => {
    const path = temporaryPath();
    await open(path);
    const link = join(temporaryFolder(), 'link.db');
    symlinkSync(path, link);
    await expect(open(link)).rejects.toThrow(/Another Device Lock/);
  });

  test('a service that was killed leaves no stale lock', async () => {
    const path = temporaryPath();
    const child = spawn(process.execPath, [LOADED, path, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(openElsewhere(path)).toMatchObject({ fault: 'unusable' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(`${path}.lock`)).toBe(true);
    expect(openElsewhere(path)).toEqual({ opened: true });
  });

  test('a shell or a backup may read meanwhile', async () => {
    const path = temporaryPath();
    const store = await open(path);
    await store.commit(locking('100'));
    const reader = new Database(path, { readonly: true });
    expect(reader.prepare('SELECT count(*) FROM policies').pluck().get()).toBe(1);
    const copy = join(temporaryFolder(), 'backup.db');
    await reader.backup(copy);
    reader.close();
    await store.commit(locking('200'));
    await store.close();
    renameSync(copy, path);
    expect((await (await open(path)).load()).policies.size).toBe(1);
  });
});
