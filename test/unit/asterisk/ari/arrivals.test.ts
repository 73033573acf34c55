import { expect, test } from 'vitest';
import { Arrivals } from '../../../../src/asterisk/ari/arrivals.ts';

test('a channel that enters the application is told with its arguments', async () => {
  const arrivals = new Arrivals();
  const expected = arrivals.expect('a', 5000);
  arrivals.note({ kind: 'arrived', channel: 'b', args: ['not mine'] });
  arrivals.note({ kind: 'arrived', channel: 'a', args: ['mine'] });
  expect(await expected).toEqual(['mine']);
});

test('a channel that is hung up instead is a refusal', async () => {
  const arrivals = new Arrivals();
  const expected = arrivals.expect('a', 5000);
  arrivals.note({ kind: 'destroyed', channel: 'a' });
  await expect(expected).rejects.toMatchObject({ fault: 'refused' });
});

test('a channel of which nothing is heard is given up at the deadline', async () => {
  await expect(new Arrivals().expect('a', 10)).rejects.toMatchObject({ fault: 'timeout' });
});

test('nothing waits for a connection that is gone', async () => {
  const arrivals = new Arrivals();
  const expected = arrivals.expect('a', 5000);
  arrivals.clear('the connection is gone');
  await expect(expected).rejects.toMatchObject({ fault: 'disconnected', message: 'the connection is gone' });
});
