/** What is asked of ARI to take a phone back, and what becomes of it where a part of that fails. */
import { beforeEach, expect, test } from 'vitest';
import { storedContacts, takeBack } from '../../../../src/asterisk/ari/eviction.ts';
import { AsteriskError } from '../../../../src/asterisk/port.ts';

const PHONE = `1001;@${'a'.repeat(32)}`;
const THIEF = `1001;@${'b'.repeat(32)}`;
const RECORD = [
  { attribute: 'uri', value: 'sip:1001@192.0.2.1' },
  { attribute: 'user_agent', value: 'Télé 1' },
  { attribute: 'expiration_time', value: '2000000000' },
  { attribute: 'endpoint', value: '1001' },
];

let sent: { readonly operation: string; readonly id: unknown; readonly fields: unknown }[];
let refused: string;
let slow: Promise<void> | undefined;

/** As much of a session as is needed here. */
const session = {
  async call(_: string, operation: string, { id, fields }: Readonly<Record<string, unknown>>) {
    sent.push({ operation, id, fields });
    if (operation === refused) throw new AsteriskError('refused', `${operation}: Internal Server Error`);
    if (operation === 'updateObject') await slow;
    return RECORD;
  },
} as unknown as Parameters<typeof takeBack>[0];

beforeEach(() => {
  [sent, refused, slow] = [[], '', undefined];
});

test('what was stored is put back attribute by attribute, and the thief is removed', async () => {
  const kept = await storedContacts(session, [PHONE]);
  expect(await takeBack(session, [THIEF], kept)).toEqual([PHONE]);
  expect(sent.slice(1)).toEqual([
    { operation: 'deleteObject', id: THIEF, fields: undefined },
    { operation: 'updateObject', id: PHONE, fields: { fields: RECORD } },
  ]);
});

test('it fails only when all of it has ended, whichever part fails first', async () => {
  const kept = await storedContacts(session, [PHONE]);
  refused = 'deleteObject';
  slow = new Promise((resolve) => setTimeout(resolve, 20));
  await expect(takeBack(session, [THIEF], kept)).rejects.toThrow(/deleteObject/);
});

test('nothing is put back that is no record of that very contact', async () => {
  const [kept] = await storedContacts(session, [PHONE]);
  if (kept === undefined) throw new Error('unreachable');
  const byAmi = JSON.stringify(Object.fromEntries(RECORD.map(({ attribute, value }) => [attribute, value])));
  const elsewhere = kept.stored.replace('192.0.2.1', '198.51.100.66');
  for (const stored of [byAmi, elsewhere, '[]', 'null', '{']) {
    expect(await takeBack(session, [], [{ ...kept, stored }])).toEqual([]);
  }
  expect(sent.filter(({ operation }) => operation === 'updateObject')).toEqual([]);
});
