import fc from 'fast-check';
import { expect, it } from 'vitest';
import { collectJournal, parseJournalEntry } from '../../../src/astdb/journal.ts';

it('reads an emergency call', () => {
  expect(parseJournalEntry('17-3', '1790000000|emergency|1001|911|192.0.2.1:5060')).toMatchObject({
    extension: '1001',
    dialled: '911',
    outcome: 'emergency',
    reason: 'emergency',
    address: { ip: '192.0.2.1', port: 5060 },
    at: 1_790_000_000_000,
  });
});

it('reads a call that the dialplan refused by itself, with its reason', () => {
  const record = parseJournalEntry('17-4', '1790000000|deny:flagged|1001|00442071838750|');
  expect(record).toMatchObject({ outcome: 'refused-unanswered', reason: 'flagged', address: undefined });
});

it('takes no entry that is not one, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'binary' }), (key, value) => {
      const record = parseJournalEntry(key, value);
      if (record !== undefined) expect(record.dialled).toMatch(/^[0-9*#+]{0,64}$/);
    }),
  );
  expect(parseJournalEntry('1', 'x|emergency|1001|911|')).toBeUndefined();
  expect(parseJournalEntry('1', '1790000000|<b>|1001|911|')).toBeUndefined();
});

it('collects what is settled, deletes only that, and leaves what may still be written', async () => {
  const entries = new Map([
    ['1001/emergency/0001', '1790000000|emergency|1001|911|'],
    ['1001/emergency/0009', '1790000009|emergency|1001|112|'],
    ['broken', 'x'],
  ]);
  const asterisk = {
    databaseTree: async () => new Map(entries),
    databaseDelete: async (_: string, key: string) => void entries.delete(key.replace('JOURNAL/', '')),
  };
  const taken: string[] = [];
  await collectJournal(asterisk, ({ dialled }) => taken.push(dialled), 1_790_000_010_000);
  expect(taken).toEqual(['911']);
  expect([...entries.keys()]).toEqual(['1001/emergency/0009']);
});
