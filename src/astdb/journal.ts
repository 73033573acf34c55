/**
 * What the dialplan did without an answer from the service: emergency calls, and calls it refused by itself. It leaves
 * them in AstDB; they are collected here and then deleted there.
 */
import type { Asterisk } from '../asterisk/port.ts';
import { parseAddress } from '../domain/address.ts';
import type { CallRecord } from '../domain/call-record.ts';
import { FAMILY, JOURNAL } from './entries.ts';

/** Reads one entry, `<epoch>|<what>|<endpoint>|<dialled>|<ip:port>`; undefined where it is not one. */
export function parseJournalEntry(key: string, value: string): CallRecord | undefined {
  const [epoch = '', what = '', extension = '', dialled = '', source = ''] = value.split('|');
  const at = Number(epoch) * 1000;
  if (!Number.isSafeInteger(at) || at <= 0 || !/^[a-z:-]{1,64}$/.test(what) || extension.length > 80) {
    return undefined;
  }
  const [kind, reason = what] = what.split(':');
  return {
    linkedId: `journal/${key}/${epoch}`,
    extension,
    dialled: dialled.replace(/[^0-9*#+]/g, '').slice(0, 64),
    userAgent: undefined,
    address: parseAddress(source),
    reason,
    outcome: kind === 'emergency' ? 'emergency' : 'refused-unanswered',
    violation: undefined,
    at,
  };
}

/** The dialplan writes one entry a second and kind; one this old in milliseconds is not written again. */
const SETTLED_MS = 3000;

/**
 * Collects all settled entries, hands each on, then deletes it. Rejects as the port does; what was not deleted comes again.
 * @param now milliseconds since the epoch
 */
export async function collectJournal(
  asterisk: Pick<Asterisk, 'databaseTree' | 'databaseDelete'>,
  take: (record: CallRecord) => void,
  now: number,
): Promise<void> {
  const entries = await asterisk.databaseTree(JOURNAL);
  for (const [key, value] of entries) {
    const record = parseJournalEntry(key, value);
    if (record !== undefined && Math.abs(now - record.at) < SETTLED_MS) continue;
    if (record !== undefined) take(record);
    await asterisk.databaseDelete(FAMILY, `JOURNAL/${key}`);
  }
}
