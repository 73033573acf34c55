import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/store/opening.ts';
import { replaceDamaged } from '../../../src/store/replacement.ts';
import { readMigrations } from '../../../src/store/schema.ts';
import { locking, sighting } from './records.ts';
import { open, temporaryFolder, temporaryPath } from './stores.ts';

const NOW = Date.UTC(2025, 0, 2, 3, 4, 5, 678);
const now = () => NOW;

/** A database with a lock and a few hundred rows, closed. */
async function filled(path = temporaryPath()): Promise<string> {
  const store = await open(path);
  await store.recovered();
  await store.commit(locking('100'));
  for (let index = 0; index < 400; index++) {
    store.addSighting(sighting({ userAgent: { kind: 'text', text: `phone ${index}` } }));
  }
  await store.close();
  return path;
}

/** The same, as kill -9 leaves it: what was written last is in the log only. */
async function filledWithLog(): Promise<string> {
  const path = await filled();
  const store = await open(path);
  for (let index = 0; index < 20; index++) await store.commit(locking(`2${index}`));
  const left = temporaryPath();
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, left + suffix);
  return left;
}

function overwrite(path: string, at: number, length: number): void {
  const bytes = readFileSync(path);
  for (let index = at; index < at + length; index++) bytes[index] = (index * 167 + 13) & 0xff;
  writeFileSync(path, bytes);
}

const ways: readonly [string, (path: string) => void][] = [
  ['is not a database', (path) => writeFileSync(path, 'extensions.conf\n'.repeat(1000))],
  ['is empty', (path) => truncateSync(path, 0)],
  ['has a garbled header', (path) => overwrite(path, 0, 100)],
  ['has a garbled first page', (path) => overwrite(path, 100, 3900)],
  ['has malformed pages', (path) => overwrite(path, 4096 * 20, 4096 * 10)],
  ['was cut in the middle', (path) => truncateSync(path, Math.floor(statSync(path).size / 8192) * 4096)],
  ['was cut within its header', (path) => truncateSync(path, 50)],
  ['is gone while its log is there', (path) => renameSync(path, `${path}-wal`)],
];

describe('a damaged file is set aside, and an empty database takes its place', () => {
  test.each(ways)('where it %s', async (_, harm) => {
    const path = await filled();
    harm(path);
    const harmed = contents(path);
    const store = await open(path, { now });
    const setAside = `${path}.damaged-20250102T030405Z`;
    const snapshot = await store.load();
    expect(snapshot.origin).toEqual({ kind: 'replaced', setAside });
    expect(snapshot.policies).toEqual(new Map());
    expect(contents(setAside)).toEqual(harmed);
    await store.commit(locking('300'));
    await store.close();
    expect(contents(setAside)).toEqual(harmed);
  });

  test('where its log is damaged, or lost what was saved', async () => {
    for (const at of [4, 4096 * 6]) {
      const path = await filledWithLog();
      overwrite(`${path}-wal`, at, 16);
      const harmed = contents(path);
      const store = await open(path, { now });
      const { origin } = await store.load();
      expect(origin.kind).toBe('replaced');
      expect(contents(`${path}.damaged-20250102T030405Z`)).toEqual(harmed);
    }
  });

  test('but not where its log is whole: what was saved is there', async () => {
    const store = await open(await filledWithLog());
    const { policies, origin } = await store.load();
    expect(origin).toEqual({ kind: 'existing' });
    expect(policies.size).toBe(21);
  });

  test('twice in one second, under two names', async () => {
    const path = await filled();
    for (let time = 0; time < 2; time++) {
      writeFileSync(path, `garbage ${time}`.repeat(100));
      await (await open(path, { now })).close();
    }
    const names = readdirSync(dirname(path)).filter((name) => name.includes('.damaged-'));
    const name = `${basename(path)}.damaged-20250102T030405Z`;
    expect(names.sort()).toEqual([name, `${name}-2`]);
  });

  test.each([
    ['in a table that decides', 'lock_alternatives', 0, 'replaced'],
    ['in its history, once damage was met there while running', 'sightings_by_time', 1, 'replaced'],
    [
      'but not yet in its history where nobody met it: the start is quick',
      'sightings_by_time',
      0,
      'existing',
    ],
  ])('in a large file too, where it is %s', async (_, damaged, met, origin) => {
    const path = await filled();
    const db = new Database(path);
    db.exec(`UPDATE meta SET check_whole = ${met}`);
    const page = Number(db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(damaged));
    db.exec(
      'CREATE TABLE large (b BLOB) STRICT; INSERT INTO large VALUES (zeroblob(40000000)); DROP TABLE large;',
    );
    db.close();
    overwrite(path, (page - 1) * 4096, 4096);
    expect((await (await open(path)).load()).origin.kind).toBe(origin);
  });

  test('and it is not where damage was met, but all pages are whole: the next start is quick again', async () => {
    const path = await filled();
    const db = new Database(path);
    db.exec('UPDATE meta SET check_whole = 1');
    db.close();
    expect((await (await open(path)).load()).origin).toEqual({ kind: 'existing' });
    const after = new Database(path);
    expect(after.prepare('SELECT check_whole FROM meta').pluck().get()).toBe(0);
    after.close();
  });
});

describe('damage that is met while running', () => {
  test('fails the request, and makes the next start look at every page', async () => {
    const path = await filled();
    const store = await open(path);
    const db = new Database(path);
    const page = Number(
      db.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'sightings_by_extension'`).pluck().get(),
    );
    db.close();
    overwrite(path, (page - 1) * 4096, 4096);
    await expect(store.sightings({ extension: '100', limit: 10 })).rejects.toMatchObject({
      fault: 'failed',
      hint: expect.stringContaining('Restart'),
    });
    await store.close();
    expect((await (await open(path)).load()).origin.kind).toBe('replaced');
  });

  test('a file that was removed takes no more commits: they would be lost', async () => {
    const path = await filled();
    const store = await open(path);
    rmSync(path);
    await expect(store.commit(locking('200'))).rejects.toThrow(/removed or replaced/);
  });
});

describe('that a database is new is remembered until locks of before were looked for', () => {
  test('over restarts, and no longer', async () => {
    const path = temporaryPath();
    for (let start = 0; start < 3; start++) {
      const store = await open(path);
      expect((await store.load()).origin).toEqual({ kind: 'new' });
      if (start === 2) await store.recovered();
      await store.close();
    }
    expect((await (await open(path)).load()).origin).toEqual({ kind: 'existing' });
  });
});

describe('that a database was replaced is remembered until the locks are recovered', () => {
  test('over restarts, and no longer', async () => {
    const path = await filled();
    writeFileSync(path, 'garbage');
    for (let start = 0; start < 3; start++) {
      const store = await open(path, { now });
      expect((await store.load()).origin.kind).toBe('replaced');
      if (start === 2) await store.recovered();
      expect((await store.load()).origin.kind).toBe(start === 2 ? 'existing' : 'replaced');
      await store.close();
    }
    expect((await (await open(path)).load()).origin).toEqual({ kind: 'existing' });
  });

  test('over a crash at every step of the replacement', async () => {
    const made = temporaryPath();
    writeFileSync(made, 'garbage');
    writeFileSync(`${made}-wal`, 'garbage log');
    const setAside = replaceDamaged(made, readMigrations(), NOW);
    const steps: ((path: string, aside: string) => void)[] = [
      // Before the new one was whole.
      (path) => {
        writeFileSync(path, 'garbage');
        writeFileSync(`${path}.new`, 'half');
      },
      (path) => writeFileSync(path, 'garbage'),
      (_, aside) => writeFileSync(aside, 'garbage'),
      (_, aside) => {
        writeFileSync(aside, 'garbage');
        writeFileSync(`${aside}-wal`, 'garbage log');
      },
    ];
    for (const [index, step] of steps.entries()) {
      const path = join(temporaryFolder(), basename(made));
      if (index < 3) writeFileSync(`${path}-wal`, 'garbage log');
      if (index > 0) {
        copyFileSync(made, `${path}.new`);
        const db = new Database(`${path}.new`);
        db.prepare('UPDATE meta SET set_aside = ?').run(path + setAside.slice(made.length));
        db.close();
      }
      const aside = path + setAside.slice(made.length);
      step(path, aside);
      const store = await open(path, { now });
      expect((await store.load()).origin, `step ${index}`).toEqual({ kind: 'replaced', setAside: aside });
      expect(contents(aside), `step ${index}`).toEqual(['garbage', 'garbage log']);
      expect(existsSync(`${path}.new`)).toBe(false);
      await store.close();
    }
  });

  test('a first start that was cut short is simply done again', async () => {
    const path = temporaryPath();
    writeFileSync(`${path}.new`, '');
    expect((await (await open(path)).load()).origin).toEqual({ kind: 'new' });
  });
});

test('every commit is on disk before it is acknowledged, and references hold', () => {
  const { db, lock } = openDatabase({ path: temporaryPath(), again: false, now: NOW });
  const pragma = (name: string) => db.pragma(name, { simple: true });
  expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual(['wal', 2, 1]);
  db.close();
  lock.release();
});

describe('what cannot be opened is not damaged: it is refused and left as it is', () => {
  test('a folder that does not exist', async () => {
    const path = join(temporaryFolder(), 'missing', 'device-lock.db');
    await expect(open(path)).rejects.toMatchObject({
      fault: 'unusable',
      hint: expect.stringContaining('folder'),
    });
  });

  test('a folder in the place of the file', async () => {
    const path = temporaryPath();
    mkdirSync(path);
    await expect(open(path)).rejects.toMatchObject({ fault: 'unusable' });
    expect(readdirSync(dirname(path)).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  test("another program's database", async () => {
    const path = temporaryPath();
    const db = new Database(path);
    db.exec('CREATE TABLE astdb (key TEXT PRIMARY KEY, value TEXT)');
    db.close();
    const before = readFileSync(path);
    await expect(open(path)).rejects.toMatchObject({
      fault: 'unusable',
      message: expect.stringMatching(/not one of/),
    });
    expect(readFileSync(path)).toEqual(before);
  });

  test.each([
    ['the file', (path: string) => chmodSync(path, 0o444)],
    ['its folder', (path: string) => chmodSync(dirname(path), 0o555)],
  ])('where the user may not write to %s', async (_, forbid) => {
    const path = await filled();
    chmodSync(dirname(path), 0o777);
    chmodSync(path, 0o666);
    // Left by the run that filled it, with its owner's permissions.
    chmodSync(`${path}.lock`, 0o666);
    forbid(path);
    const before = readFileSync(path);
    const program = fileURLToPath(new URL('./open-once.ts', import.meta.url));
    // Root may write everywhere, so somebody else has to try.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { stdout, stderr } = spawnSync(process.execPath, [program, path], { encoding: 'utf8', ...nobody });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      fault: 'unusable',
      hint: expect.stringContaining('writable'),
    });
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(dirname(path)).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  test('a thread that is started anew replaces and makes nothing', () => {
    const path = temporaryPath();
    expect(() => openDatabase({ path, again: true, now: NOW })).toThrow(
      expect.objectContaining({ fault: 'unusable' }),
    );
    writeFileSync(path, 'garbage'.repeat(1000));
    expect(() => openDatabase({ path, again: true, now: NOW })).toThrow(
      expect.objectContaining({ fault: 'unusable' }),
    );
    expect(readFileSync(path, 'utf8')).toBe('garbage'.repeat(1000));
  });
});

/** What is in the file and in its log; undefined where there is none, or an empty one. */
function contents(path: string): (string | undefined)[] {
  return ['', '-wal'].map((suffix) => {
    const bytes = existsSync(path + suffix) ? readFileSync(path + suffix) : Buffer.alloc(0);
    if (bytes.length === 0) return undefined;
    return bytes.length < 100 ? bytes.toString('latin1') : createHash('sha256').update(bytes).digest('hex');
  });
}
