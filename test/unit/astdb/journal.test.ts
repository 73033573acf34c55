import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJournalEntry } from '../../../src/astdb/journal.ts';

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
