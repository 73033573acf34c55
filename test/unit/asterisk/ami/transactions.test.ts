/** Each action is settled once, by its own answer and no other. */
import { beforeEach, expect, test } from 'vitest';
import { AmiMessage } from '../../../../src/asterisk/ami/message.ts';
import { Transactions } from '../../../../src/asterisk/ami/transactions.ts';
import { AsteriskError } from '../../../../src/asterisk/port.ts';
import { ManualTimers } from './timers.ts';

const WAIT = { action: 'DBGet', deadline: 2000 };
let timers: ManualTimers;
let transactions: Transactions;

beforeEach(() => {
  timers = new ManualTimers();
  transactions = new Transactions(timers, { pending: 2, listBytes: 400, takenBytes: 800 });
});

function take(...lines: string[]): boolean {
  const message = AmiMessage.parse(Buffer.from(lines.join('\r\n')));
  return message !== undefined && transactions.take(message);
}

test('a plain answer settles its action and leaves no timer', async () => {
  const reply = transactions.open('a-1', WAIT);
  expect(take('Response: Success', 'ActionID: a-1', 'Ping: Pong')).toBe(true);
  expect((await reply).response.text('Ping')).toBe('Pong');
  expect((await reply).events).toEqual([]);
  expect(timers.pending).toEqual([]);
});

test('a list is whole when Asterisk says so, whatever comes between', async () => {
  const first = transactions.open('a-1', WAIT);
  const second = transactions.open('a-2', WAIT);
  take('Response: Success', 'ActionID: a-1', 'EventList: start');
  take('Event: DBGetResponse', 'ActionID: a-1', 'Val: one');
  expect(take('Event: ContactStatus', 'AOR: 1001')).toBe(false);
  take('Response: Success', 'ActionID: a-2');
  take('Event: DBGetResponse', 'ActionID: a-1', 'Val: two');
  take('Event: DBGetComplete', 'ActionID: a-1', 'EventList: Complete', 'ListItems: 2');
  expect((await first).events.map((event) => event.text('Val'))).toEqual(['one', 'two']);
  expect((await second).events).toEqual([]);
});

test('an answer to nobody, or a second one, is nobody’s', async () => {
  const reply = transactions.open('a-1', WAIT);
  expect(take('Response: Success', 'ActionID: a-9')).toBe(false);
  expect(take('Response: Success')).toBe(false);
  expect(take('Event: DBGetResponse', 'ActionID: a-1', 'EventList: Complete')).toBe(true);
  take('Response: Success', 'ActionID: a-1', 'Message: mine');
  expect(take('Response: Error', 'ActionID: a-1')).toBe(false);
  expect((await reply).response.text('Message')).toBe('mine');
});

test('what Asterisk says to a refusal is in the error', async () => {
  const reply = transactions.open('a-1', WAIT);
  take('Response: Error', 'ActionID: a-1', 'Message: Permission denied');
  await expect(reply).rejects.toMatchObject({
    fault: 'refused',
    message: 'Asterisk refused DBGet: Permission denied',
  });
});

test('no answer within the deadline is a timeout, and a late one goes to nobody', async () => {
  const reply = transactions.open('a-1', WAIT);
  timers.advance(2000);
  await expect(reply).rejects.toMatchObject({ fault: 'timeout' });
  expect(take('Response: Success', 'ActionID: a-1')).toBe(false);
});

test('the deadline holds for the whole list', async () => {
  const reply = transactions.open('a-1', WAIT);
  take('Response: Success', 'ActionID: a-1', 'EventList: start');
  timers.advance(1999);
  take('Event: DBGetResponse', 'ActionID: a-1');
  timers.advance(1);
  await expect(reply).rejects.toMatchObject({ fault: 'timeout' });
});

test('a list without end is given up', async () => {
  const reply = transactions.open('a-1', WAIT);
  take('Response: Success', 'ActionID: a-1', 'EventList: start');
  for (let n = 0; n < 5; n++) take('Event: DBGetResponse', 'ActionID: a-1', `Val: ${'x'.repeat(100)}`);
  await expect(reply).rejects.toMatchObject({ fault: 'malformed' });
});

test('a list that Asterisk breaks off is given up', async () => {
  const reply = transactions.open('a-1', WAIT);
  take('Response: Success', 'ActionID: a-1', 'EventList: start');
  take('Event: X', 'ActionID: a-1', 'EventList: cancelled');
  await expect(reply).rejects.toMatchObject({ fault: 'malformed' });
});

test('only so many may wait at once', () => {
  void transactions.open('a-1', WAIT);
  expect(transactions.isFull).toBe(false);
  void transactions.open('a-2', WAIT);
  expect(transactions.isFull).toBe(true);
  take('Response: Success', 'ActionID: a-1');
  expect(transactions.isFull).toBe(false);
});

test('when the connection goes, everything that waits is told why', async () => {
  const replies = [transactions.open('a-1', WAIT), transactions.open('a-2', WAIT)];
  transactions.rejectAll(new AsteriskError('disconnected', 'gone'));
  for (const reply of replies) await expect(reply).rejects.toMatchObject({ fault: 'disconnected' });
  expect(timers.pending).toEqual([]);
});

test('a list that is taken as it comes may be longer than one that is kept, and is not kept', async () => {
  const taken: (string | undefined)[] = [];
  const reply = transactions.open('a-1', { ...WAIT, take: (event) => taken.push(event.text('Val')) });
  take('Response: Success', 'ActionID: a-1', 'EventList: start');
  const value = 'x'.repeat(200);
  for (let i = 0; i < 3; i++) take('Event: DBGetTreeResponse', 'ActionID: a-1', `Val: ${value}`);
  take('Event: DBGetTreeComplete', 'ActionID: a-1', 'EventList: Complete');
  expect((await reply).events).toEqual([]);
  expect(taken).toEqual([value, value, value]);
});

test('even a taken list has an end', async () => {
  const reply = transactions.open('a-1', { ...WAIT, take: () => undefined });
  take('Response: Success', 'ActionID: a-1', 'EventList: start');
  for (let i = 0; i < 4; i++) take('Event: E', 'ActionID: a-1', `Val: ${'x'.repeat(250)}`);
  await expect(reply).rejects.toMatchObject({ fault: 'malformed' });
});

test('a taker that fails fails its list alone', async () => {
  const broken = transactions.open('a-1', {
    ...WAIT,
    take: () => {
      throw new Error('cannot read it');
    },
  });
  const sound = transactions.open('a-2', WAIT);
  take('Response: Success', 'ActionID: a-1', 'EventList: start');
  expect(take('Event: E', 'ActionID: a-1', 'Val: x')).toBe(true);
  await expect(broken).rejects.toThrow('cannot read it');
  take('Response: Success', 'ActionID: a-2');
  expect((await sound).response.response).toBe('Success');
});
