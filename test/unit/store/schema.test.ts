import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { dumpSchema, migrate, readMigrations, schemaOf } from '../../../src/store/schema.ts';
import { open, temporaryFolder, temporaryPath } from './stores.ts';

const migrations = readMigrations();
const SCHEMA_FILE = new URL('../../../src/store/schema.sql', import.meta.url);
const SEEDS = new URL('./seeds/', import.meta.url);

describe('the schema', () => {
  test('is the one in schema.sql (after a new migration: vitest -u writes it)', async () => {
    const db = new Database(':memory:');
    migrate(db, migrations);
    const header = '-- What the migrations add up to. Written by the tests; not read by the program.\n\n';
    await expect(header + dumpSchema(db)).toMatchFileSnapshot(SCHEMA_FILE.pathname);
    db.close();
  });

  test('has only STRICT tables', () => {
    const db = new Database(':memory:');
    migrate(db, migrations);
    const loose = db
      .prepare(`SELECT name FROM pragma_table_list WHERE NOT strict AND name NOT LIKE 'sqlite%'`)
      .pluck()
      .all();
    expect(loose).toEqual([]);
    db.close();
  });

  test('a newer one is refused, saying both numbers and what to do, and is left as it is', async () => {
    const path = temporaryPath();
    await (await open(path)).close();
    const db = new Database(path);
    db.pragma(`user_version = ${migrations.length + 1}`);
    db.close();
    const before = readFileSync(path);
    await expect(open(path)).rejects.toMatchObject({
      fault: 'newer-schema',
      message: expect.stringMatching(`schema ${migrations.length + 1}.*up to ${migrations.length}`),
      hint: expect.stringContaining('newer version'),
    });
    expect(readFileSync(path)).toEqual(before);
  });
});

describe('migrations', () => {
  // A new migration comes with a seed: rows as the schema before it could hold them.
  test('each schema has a seed', () => {
    const seeds = readdirSync(SEEDS).map((name) => Number.parseInt(name, 10));
    expect(seeds.sort()).toEqual(migrations.map((_, index) => index + 1));
  });

  test.each(migrations.map((_, index) => index + 1))(
    'a database of schema %i, with rows, comes to the newest one and serves',
    async (number) => {
      const path = temporaryPath();
      const old = new Database(path);
      migrate(old, migrations.slice(0, number));
      old.exec(readFileSync(new URL(`${String(number).padStart(4, '0')}.sql`, SEEDS), 'utf8'));
      old.close();
      const store = await open(path);
      const snapshot = await store.load();
      expect(snapshot.origin).toEqual({ kind: 'existing' });
      expect(snapshot.policies.get('100')?.lock?.alternatives).toHaveLength(2);
      expect(snapshot.openViolations).toHaveLength(1);
      await store.close();
      const migrated = new Database(path);
      const fresh = new Database(':memory:');
      migrate(fresh, migrations);
      expect(dumpSchema(migrated)).toBe(dumpSchema(fresh));
      expect(migrated.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(migrated.pragma('foreign_key_check')).toEqual([]);
      migrated.close();
      fresh.close();
    },
  );

  test('one that fails leaves the schema before it, whole', () => {
    const db = new Database(':memory:');
    migrate(db, migrations);
    const before = dumpSchema(db);
    const failing = [...migrations, 'CREATE TABLE more (a INTEGER) STRICT; INSERT INTO nowhere VALUES (1);'];
    expect(() => migrate(db, failing)).toThrow(/nowhere/);
    expect(schemaOf(db)).toBe(migrations.length);
    expect(dumpSchema(db)).toBe(before);
    db.close();
  });

  test('a gap in their numbers is refused', () => {
    const folder = `${temporaryFolder()}/migrations/`;
    mkdirSync(folder);
    writeFileSync(`${folder}0001-first.sql`, '');
    writeFileSync(`${folder}0003-third.sql`, '');
    expect(() => readMigrations(pathToFileURL(folder))).toThrow(/0003-third.sql/);
  });
});
