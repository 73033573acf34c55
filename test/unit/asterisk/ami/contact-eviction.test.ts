/** What eviction sends to Asterisk, in which order, and what it reads back; both Asterisks themselves are in test/asterisk. */
import { beforeEach, describe, expect, test } from 'vitest';
import { encodeAction, type Field } from '../../../../src/asterisk/ami/action.ts';
import { AsteriskClock } from '../../../../src/asterisk/ami/asterisk-clock.ts';
import { ContactEviction } from '../../../../src/asterisk/ami/contact-eviction.ts';
import { ContactFunctions } from '../../../../src/asterisk/ami/contact-functions.ts';
import { ContactLookup } from '../../../../src/asterisk/ami/contact-lookup.ts';
import { AmiDatabase } from '../../../../src/asterisk/ami/database.ts';
import { AmiMessage } from '../../../../src/asterisk/ami/message.ts';
import type { AmiRequests } from '../../../../src/asterisk/ami/requests.ts';
import { AsteriskError } from '../../../../src/asterisk/port.ts';
import { ManualTimers } from './timers.ts';

const PHONE = `1001;@${'a'.repeat(32)}`;
const THIEF = `1001;@${'b'.repeat(32)}`;
const OTHER = `1001;@${'c'.repeat(32)}`;
const RECORD = JSON.stringify({
  uri: 'sip:1001@192.0.2.1',
  user_agent: 'Télé 1',
  call_id: 'x'.repeat(300),
  expiration_time: '2000000000',
  endpoint: '1001',
});

/** AstDB as an AMI with its two oddities: DBGet may answer 255 bytes, DBGetTree answers all below a prefix. */
class Database implements AmiRequests {
  readonly rows = new Map<string, string>();
  readonly sent: string[] = [];
  cut = Number.POSITIVE_INFINITY;
  refused = '';
  /** What is put of this waits. */
  slow: { readonly key: string; readonly until: Promise<void> } | undefined;

  async request(action: string, fields: readonly Field[] = []): Promise<AmiMessage> {
    const field = Object.fromEntries(fields);
    encodeAction(action, fields, '1');
    this.sent.push([action, field['Key'] ?? field['Variable']].join(' '));
    if (field['Key'] === this.slow?.key) await this.slow?.until;
    if (action === this.refused) throw new AsteriskError('refused', `Asterisk refused ${action}: no`);
    if (action === 'DBPut') this.rows.set(field['Key'] ?? '', field['Val'] ?? '');
    if (action === 'DBDel') this.rows.delete(field['Key'] ?? '');
    return message([['Response', 'Success']]);
  }

  async list(action: string, fields: readonly Field[] = []): Promise<readonly AmiMessage[]> {
    const { Key: key = '' } = Object.fromEntries(fields);
    const row = this.rows.get(key);
    if (row === undefined) throw new AsteriskError('refused', `${action}: Database entry not found`);
    if (action === 'DBGet') return [message([['Val', row.slice(0, this.cut)]])];
    return [
      message([
        ['Key', `/registrar/contact/${key}`],
        ['Val', row],
      ]),
    ];
  }
}

let database: Database;
let eviction: ContactEviction;

beforeEach(() => {
  database = new Database();
  const ignore = () => undefined;
  const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const functions = new ContactFunctions(database);
  const amiDatabase = new AmiDatabase(database);
  const clock = new AsteriskClock(database, new ManualTimers());
  const lookup = new ContactLookup({ client: database, database: amiDatabase, functions, clock, logger });
  eviction = new ContactEviction({ database: amiDatabase, functions, lookup });
  database.rows.set(PHONE, RECORD);
});

const phone = async () => eviction.stored([PHONE]);

describe('what Asterisk stored', () => {
  test('comes back as it is, UTF-8 included', async () => {
    expect(await phone()).toMatchObject([{ stored: RECORD, contact: { expires: 2_000_000_000 } }]);
  });

  test('is read whole where Asterisk 16 cuts the answer', async () => {
    database.cut = 255;
    expect(await phone()).toMatchObject([{ stored: RECORD }]);
  });

  test('is left out where it is gone', async () => {
    expect(await eviction.stored([THIEF])).toEqual([]);
  });
});

describe('taking back', () => {
  test('expires a thief beside the phone, and has Asterisk remove it', async () => {
    expect(await eviction.takeBack('1001', [THIEF], [])).toEqual([]);
    expect(database.sent).toEqual([`DBPut ${THIEF}`, 'Getvar PJSIP_AOR(1001,contact)']);
    expect(JSON.parse(database.rows.get(THIEF) ?? '')).toMatchObject({ expiration_time: '1' });
  });

  test('writes exactly what was stored, before it removes', async () => {
    const kept = await phone();
    database.rows.clear();
    expect(await eviction.takeBack('1001', [THIEF], kept)).toEqual([PHONE]);
    expect(database.rows).toEqual(new Map([[PHONE, RECORD]]));
    expect(database.sent.slice(0, 2)).toEqual([`DBPut ${PHONE}`, `DBDel ${THIEF}`]);
  });

  test("leaves one at most in Asterisk's memory to stand in for the phone", async () => {
    const kept = await phone();
    await eviction.takeBack('1001', [THIEF], kept);
    await eviction.takeBack('1001', [OTHER], kept);
    expect(database.sent).toContain(`DBPut ${OTHER}`);
    await eviction.settle('1001');
    expect(database.sent.slice(-2)).toEqual([`DBPut ${THIEF}`, 'Getvar PJSIP_AOR(1001,contact)']);
    const { length } = database.sent;
    await eviction.settle('1001');
    expect(database.sent).toHaveLength(length);
  });

  test('says which contacts are not back, and fails where the thief could not be removed', async () => {
    const kept = await phone();
    database.refused = 'DBPut';
    expect(await eviction.takeBack('1001', [THIEF], kept)).toEqual([]);
    await expect(eviction.takeBack('1001', [OTHER], [])).rejects.toThrow(/refused/);
  });

  test('writes nothing that is no record of that very contact', async () => {
    const [kept] = await phone();
    if (kept === undefined) throw new Error('unreachable');
    database.rows.clear();
    const byAri = JSON.stringify(Object.entries(JSON.parse(RECORD)));
    const elsewhere = RECORD.replace('192.0.2.1', '198.51.100.66');
    const others = RECORD.replace('Télé 1', 'another');
    for (const stored of [byAri, elsewhere, others, '{}', 'null', RECORD.slice(0, 255)]) {
      expect(await eviction.takeBack('1001', [], [{ ...kept, stored }])).toEqual([]);
    }
    expect(database.rows).toEqual(new Map());
  });

  test('fails only when all of it has ended, whichever part fails first', async () => {
    const kept = await phone();
    const { promise, resolve } = Promise.withResolvers<void>();
    database.slow = { key: PHONE, until: promise };
    database.refused = 'DBDel';
    const done = eviction.takeBack('1001', [THIEF], kept);
    setTimeout(resolve, 20);
    await expect(done).rejects.toThrow(/refused/);
    expect(database.rows.get(PHONE)).toBe(RECORD);
  });

  test('leaves another to stand in where Asterisk may have been restarted since', async () => {
    const kept = await phone();
    await eviction.takeBack('1001', [THIEF], kept);
    eviction.forget();
    await eviction.takeBack('1001', [OTHER], kept);
    expect(database.sent).toContain(`DBDel ${OTHER}`);
    await eviction.settle('1001');
    expect(database.sent.slice(-3)).toEqual([
      `DBPut ${THIEF}`,
      `DBPut ${OTHER}`,
      'Getvar PJSIP_AOR(1001,contact)',
    ]);
  });

  test('refuses a record too long for one line of AMI, and still removes the thief', async () => {
    const [kept] = await phone();
    const record = JSON.stringify({ ...JSON.parse(RECORD), path: 'x'.repeat(1100) });
    const long = kept === undefined ? [] : [{ ...kept, stored: record }];
    expect(await eviction.takeBack('1001', [THIEF], long)).toEqual([]);
    expect(database.sent).toContain(`DBDel ${THIEF}`);
  });
});

function message(fields: readonly (readonly [string, string])[]): AmiMessage {
  const parsed = AmiMessage.parse(
    Buffer.from(fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')),
  );
  if (parsed === undefined) throw new Error('unreachable');
  return parsed;
}
