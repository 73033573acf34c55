import { copyFileSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { isWalDamaged } from '../../../src/store/wal.ts';
import { temporaryPath } from './stores.ts';

const open: Database.Database[] = [];
afterEach(() => {
  for (const db of open.splice(0)) db.close();
});

const FRAME = 24 + 4096;

function database(): { db: Database.Database; wal: () => Uint8Array } {
  const path = temporaryPath();
  const db = new Database(path);
  open.push(db);
  db.pragma('journal_mode = WAL');
  db.pragma('wal_autocheckpoint = 0');
  db.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)');
  const wal = () => {
    copyFileSync(`${path}-wal`, `${path}.copy`);
    return new Uint8Array(readFileSync(`${path}.copy`));
  };
  return { db, wal };
}

function insert(db: Database.Database, times: number): void {
  for (let index = 0; index < times; index++) db.exec('INSERT INTO t (b) VALUES (randomblob(6000))');
}

function withBadByte(bytes: Uint8Array, frame: number): Uint8Array {
  const bad = bytes.slice();
  const at = 32 + frame * FRAME + 24 + 100;
  bad[at] = (bad[at] ?? 0) ^ 0xff;
  return bad;
}

describe('a log that is whole', () => {
  test('is not damaged, empty or filled', () => {
    const { db, wal } = database();
    expect(isWalDamaged(new Uint8Array(0))).toBe(false);
    insert(db, 20);
    expect(isWalDamaged(wal())).toBe(false);
  });

  test('is not damaged where old frames follow new ones after a checkpoint', () => {
    const { db, wal } = database();
    insert(db, 20);
    db.pragma('wal_checkpoint(RESTART)');
    insert(db, 3);
    expect(wal().length).toBeGreaterThan(20 * FRAME);
    expect(isWalDamaged(wal())).toBe(false);
  });

  test('is not damaged where a transaction that was rolled back left its frames', () => {
    const { db, wal } = database();
    db.pragma('cache_size = 2');
    insert(db, 3);
    for (const rows of [30, 20]) {
      db.exec('BEGIN');
      insert(db, rows);
      db.exec('ROLLBACK');
    }
    insert(db, 1);
    expect(isWalDamaged(wal())).toBe(false);
  });
});

describe('a torn end, which any crash may leave', () => {
  test('is not damage, wherever the last transaction is cut', () => {
    const { db, wal } = database();
    insert(db, 5);
    const before = wal().length;
    insert(db, 1);
    const bytes = wal();
    for (let length = before; length < bytes.length; length += 512) {
      expect(isWalDamaged(bytes.subarray(0, length))).toBe(false);
    }
  });

  test('is not damage where a frame of the last transaction is missing and its commit is there', () => {
    const { db, wal } = database();
    insert(db, 5);
    const before = (wal().length - 32) / FRAME;
    insert(db, 1);
    expect(isWalDamaged(withBadByte(wal(), before))).toBe(false);
  });

  test('is not damage where the file was made longer but never filled', () => {
    expect(isWalDamaged(new Uint8Array(8192))).toBe(false);
  });
});

describe('damage', () => {
  test('is a bad frame with two commits behind it, wherever it is', () => {
    const { db, wal } = database();
    insert(db, 10);
    const bytes = wal();
    const frames = (bytes.length - 32) / FRAME;
    for (let frame = 0; frame < frames - 8; frame++) {
      expect(isWalDamaged(withBadByte(bytes, frame)), `frame ${frame} of ${frames}`).toBe(true);
    }
  });

  test('is a whole missing stretch', () => {
    const { db, wal } = database();
    insert(db, 10);
    const bytes = wal();
    bytes.fill(0, 32 + 3 * FRAME, 32 + 8 * FRAME);
    expect(isWalDamaged(bytes)).toBe(true);
  });

  test('is a header that is not one', () => {
    const { db, wal } = database();
    insert(db, 2);
    for (const at of [0, 9, 16, 30]) {
      const bytes = wal();
      bytes[at] = (bytes[at] ?? 0) ^ 0x55;
      expect(isWalDamaged(bytes), `byte ${at}`).toBe(true);
    }
    expect(isWalDamaged(new TextEncoder().encode('not a log'))).toBe(true);
  });
});
