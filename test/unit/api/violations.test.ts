import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { csvOf } from '../../../src/api/csv.ts';
import type { Violation } from '../../../src/domain/violation.ts';
import { StoreError } from '../../../src/store/store.ts';
import { violation } from '../store/records.ts';
import { makeRig, type Rig } from './rig.ts';

const MINUTE = 60_000;
const BEGIN = Date.parse('2026-01-01T00:00:00Z');

let rig: Rig;
beforeAll(async () => {
  rig = await makeRig();
  for (let id = 1; id <= 1203; id++) rig.store.putViolation(made(id, {}));
  rig.store.putViolation(
    made(2000, {
      extension: '1002',
      userAgent: { kind: 'text', text: '=HYPERLINK("http://evil","x"),"' },
      dialled: '+441632960000',
      ended: { at: BEGIN, how: 'cleared' },
    }),
  );
});
afterAll(() => rig[Symbol.asyncDispose]());

/** Each is seen for one minute, a minute after the one before. */
function made(id: number, change: Partial<Violation>): Violation {
  const firstSeen = BEGIN + id * MINUTE;
  return violation({ id, extension: '1001', firstSeen, lastSeen: firstSeen + MINUTE, ...change });
}

async function ids(query: string) {
  const { body } = await rig.ask('GET', `/v1/violations${query}`);
  return { ids: body.violations.map(({ id }: { id: number }) => id), next: body.next };
}

test('they are paged by the id of the last one, to the end', async () => {
  expect(await ids('?limit=2&extension=1001')).toEqual({ ids: [1203, 1202], next: 1202 });
  expect(await ids('?limit=2&extension=1001&before=1202')).toEqual({ ids: [1201, 1200], next: 1200 });
  expect(await ids('?limit=5&extension=1001&before=3')).toEqual({ ids: [2, 1], next: null });
});

test('with them comes what was done by itself in each, and in no other', async () => {
  const wrong = made(2000, {});
  const done = { extension: '1002', userAgent: wrong.userAgent, address: wrong.address, firstAt: BEGIN };
  rig.store.addReaction({ ...done, violation: 2000, kind: 'evicted', lastAt: BEGIN, count: 2 });
  rig.store.addReaction({ ...done, violation: 2000, kind: 'hung-up', lastAt: BEGIN + 1, count: 1 });
  rig.store.addReaction({ ...done, violation: 1203, kind: 'evicted', lastAt: BEGIN, count: 1 });
  const { body } = await rig.ask('GET', '/v1/violations?extension=1002');
  expect(body.reactions).toMatchObject([
    { violation: 2000, kind: 'hung-up', count: 1 },
    { violation: 2000, kind: 'evicted', count: 2 },
  ]);
});

test('they are filtered by when they were seen', async () => {
  expect((await ids('?since=2026-01-01T00:02:00Z&until=2026-01-01T00:03:00Z')).ids).toEqual([3, 2, 1]);
  expect((await ids('?until=2026-01-01T00:00:30Z')).ids).toEqual([]);
  expect((await ids('?since=2026-01-02')).ids).toEqual([2000]);
});

test.each(['since=yesterday', 'since=2026-13-45', 'until=1', 'before=0', 'before=x', 'before=-1'])(
  'a filter that makes no sense is refused: %s',
  async (query) => {
    for (const path of ['/v1/violations', '/v1/violations.csv']) {
      const answer = await rig.ask('GET', `${path}?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'malformed' } } });
    }
  },
);

test('all of them come as CSV, more than one page', async () => {
  const { headers, body } = await rig.ask('GET', '/v1/violations.csv');
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': 'attachment; filename="violations.csv"',
  });
  const lines = body.split('\r\n');
  expect(lines[0]).toBe(
    'id,extension,user agent,user agent fault,address,reason,by,mode,first seen,last seen,registers,calls,dialled,ended at,ended how',
  );
  const listed = lines.slice(1, -1).map((line: string) => Number(line.split(',')[0]));
  expect(listed).toEqual([2000, ...Array.from({ length: 1203 }, (_, index) => 1203 - index)]);
});

test('the same filters hold for the CSV, and nothing in it is a formula', async () => {
  const { body } = await rig.ask('GET', '/v1/violations.csv?extension=1002&open=false');
  expect(body.split('\r\n').slice(1)).toEqual([
    `2000,1002,"'=HYPERLINK(""http://evil"",""x""),""",,[2001:db8::1]:40000,wrong-device,REGISTER,enforce,` +
      "2026-01-02T09:20:00.000Z,2026-01-02T09:21:00.000Z,1,0,'+441632960000,2026-01-01T00:00:00.000Z,cleared",
    '',
  ]);
  expect((await rig.ask('GET', '/v1/violations.csv?limit=3')).body.split('\r\n')).toHaveLength(5);
});

test('a database that cannot be read is an error, no empty file', async () => {
  const violations = () => Promise.reject(new StoreError('failed', 'the disk is gone', 'Mend it.'));
  await using broken = await makeRig({ store: (real) => Object.assign(Object.create(real), { violations }) });
  expect(await broken.ask('GET', '/v1/violations.csv')).toMatchObject({
    status: 503,
    body: { error: { code: 'storage' } },
  });
});

test('whatever a cell holds, a reader gets it back, and no spreadsheet takes it for a formula', async () => {
  const dangerous = fc.constantFrom(
    '=',
    '+',
    '-',
    '@',
    '\t',
    '\r',
    '"',
    "'",
    ',',
    '\n',
    ' ',
    '|',
    '1',
    'a',
    '＝',
  );
  const cell = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(dangerous).map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 5 }), async (row) => {
      const pages = (async function* () {
        yield [row];
      })();
      const text = (await csvOf(['head'], pages).toArray()).join('');
      const [, ...read] = parse(text);
      expect(read).toHaveLength(1);
      for (const [at, shown] of (read[0] ?? []).entries()) {
        expect(shown).not.toMatch(/^[\s"]*[=+\-@＝]/u);
        expect([shown, shown.replace(/^'/, '')]).toContain(row[at]);
      }
      expect(read[0]).toHaveLength(row.length);
    }),
  );
});

/** RFC 4180, as a strict reader has it. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gu)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
