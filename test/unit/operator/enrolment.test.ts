import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parseAddress } from '../../../src/domain/address.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import { CodeMail } from '../../../src/operator/code-mail.ts';
import { Enrolment } from '../../../src/operator/enrolment.ts';
import { contactOf, DESK, makeRig, type Rig } from '../api/rig.ts';

const NEW = 'snomD785/10.1.159.12';
const AT = '192.0.2.11:5060';
const DAY = 86_400;
let rig: Rig;
let enrolment: Enrolment;
/** Milliseconds that the clock is ahead. */
let later: number;
let evicted: Contact[];
const note = vi.fn();

beforeEach(async () => {
  rig = await makeRig();
  later = 0;
  evicted = [];
  note.mockClear();
  enrolment = new Enrolment({
    ...{ table: rig.table, operator: rig.operator, events: { note } },
    now: () => Date.now() + later,
    clock: () => later,
    limits: { tries: 3, lockOutMs: 300_000 },
    mail: new CodeMail(undefined, () => later),
    evicted: () => evicted,
  });
  await rig.operator.lock('1001', { alternatives: [{ kind: 'device', userAgent: DESK }] }, 'test');
  rig.register('1001', [NEW, AT]);
});
afterEach(() => rig[Symbol.asyncDispose]());

/** @param change of a call of the new phone */
function dial(digits: string, change: { endpoint?: string; userAgent?: string; at?: string } = {}) {
  const { endpoint = '1001', userAgent = NEW, at = AT } = change;
  return enrolment.attempt({
    ...{ endpoint, digits },
    userAgent: userAgentFromText(userAgent),
    address: parseAddress(at),
  });
}

test('the lock moves to the phone that dials the code, once', async () => {
  const { code } = await enrolment.issue('1001', DAY, 'cli:root');
  expect(code).toMatch(/^\d{8}$/);
  const words = await Promise.all([dial(code), dial(code)]);
  // Both are looked at in threads of their own: either may be the first.
  expect(words.sort()).toEqual(['enrolled', 'wrong']);
  expect(rig.table.policy('1001').lock?.alternatives).toEqual([{ kind: 'device', userAgent: NEW }]);
  expect(rig.book.open('1001')).toEqual([]);
  expect(note).toHaveBeenCalledWith('phone-enrolled', expect.objectContaining({ codeFrom: 'cli:root' }));
  const [entry] = await rig.store.audit({ target: '1001', limit: 1 });
  expect(entry).toMatchObject({ who: 'enrolment', action: 'enrol' });
  expect((await rig.store.load()).enrolments.size).toBe(0);
});

test('a code that is over, taken back, replaced or never issued is a wrong one', async () => {
  const none = await dial('12345678');
  const over = await enrolment.issue('1001', 60, 'test');
  later = 60_000;
  expect([none, await dial(over.code)]).toEqual(['wrong', 'wrong']);
  expect(enrolment.list()).toEqual([]);
  later = 0;
  const replaced = await enrolment.issue('1001', DAY, 'test');
  const cancelled = await enrolment.issue('1001', DAY, 'test');
  expect(await dial(replaced.code)).toBe('wrong');
  expect(await enrolment.cancel('1001', 'test')).toBe(true);
  expect(await dial(cancelled.code)).toBe('wrong');
  expect(await enrolment.cancel('1001', 'test')).toBe(false);
});

test('a code is of one extension, and goes with it', async () => {
  rig.register('1002', [NEW, AT]);
  const { code } = await enrolment.issue('1001', DAY, 'test');
  expect(await dial(code, { endpoint: '1002' })).toBe('wrong');
  await rig.operator.rename('1001', '1003', 'test');
  rig.register('1003', [NEW, AT]);
  expect(await dial(code, { endpoint: '1003' })).toBe('wrong');
  expect(await dial(code)).toBe('wrong');
});

test('only what is registered there is enrolled, and asking for another costs no try', async () => {
  const { code } = await enrolment.issue('1001', DAY, 'test');
  for (const change of [{ userAgent: 'other' }, { at: '192.0.2.11:5999' }, { userAgent: '' }]) {
    expect(await dial(code, change)).toBe('unregistered');
    expect(await dial('00000000', change)).toBe('unregistered');
  }
  expect(await dial(code)).toBe('enrolled');
});

test('a phone that was evicted before it could call counts as registered where it was, and only there', async () => {
  const { code } = await enrolment.issue('1001', DAY, 'test');
  rig.register('1001', [DESK, '192.0.2.10:5060']);
  expect(await dial(code)).toBe('unregistered');
  evicted = [contactOf('1001', NEW, AT)];
  expect(await dial(code, { at: '192.0.2.11:5999' })).toBe('unregistered');
  expect(await dial(code, { userAgent: 'other' })).toBe('unregistered');
  expect(await dial(code)).toBe('enrolled');
});

test('a phone outside the networks is not enrolled, and the code stays good for one within', async () => {
  await rig.operator.lock('1001', { networks: ['198.51.100.0/24'] }, 'test');
  const { code } = await enrolment.issue('1001', DAY, 'test');
  expect(await dial(code)).toBe('unregistered');
  expect(rig.table.policy('1001').lock?.alternatives).toEqual([{ kind: 'device', userAgent: DESK }]);
  expect(note).toHaveBeenCalledWith(
    'enrolment-refused',
    expect.objectContaining({ reason: 'wrong-network' }),
  );
  rig.register('1001', [NEW, '198.51.100.7:5060']);
  expect(await dial(code, { at: '198.51.100.7:5060' })).toBe('enrolled');
});

test('many wrong codes at once are no more than one after the other, and each is announced', async () => {
  const { code } = await enrolment.issue('1001', DAY, 'test');
  const wrong = code === '00000000' ? '11111111' : '00000000';
  const words = await Promise.all(Array.from({ length: 9 }, () => dial(wrong)));
  expect(words.filter((word) => word === 'wrong')).toHaveLength(3);
  expect(words.filter((word) => word === 'limited')).toHaveLength(6);
  expect(await dial(code)).toBe('limited');
  expect(note).toHaveBeenCalledTimes(10);
  const again = await enrolment.issue('1001', DAY, 'test');
  expect(await dial(again.code)).toBe('enrolled');
});

test('where it cannot be saved nothing moves, and the code stays good', async () => {
  const { code } = await enrolment.issue('1001', DAY, 'test');
  const commit = vi.spyOn(rig.store, 'commit').mockRejectedValueOnce(new Error('disk full'));
  expect(await dial(code)).toBe('unavailable');
  expect(rig.table.policy('1001').lock?.alternatives).toEqual([{ kind: 'device', userAgent: DESK }]);
  commit.mockRestore();
  expect(await dial(code)).toBe('enrolled');
});

test('the code itself is neither on disk nor in what is announced', async () => {
  const { code } = await enrolment.issue('1001', DAY, 'test');
  await dial(code, { userAgent: 'other' });
  for (const name of ['device-lock.db', 'device-lock.db-wal']) {
    expect((await readFile(join(rig.folder, name))).includes(code)).toBe(false);
  }
  expect(JSON.stringify([note.mock.calls, rig.logged])).not.toContain(code);
});
