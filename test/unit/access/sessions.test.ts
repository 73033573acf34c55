import { expect, test } from 'vitest';
import { IDLE, LONGEST, type Session, Sessions } from '../../../src/access/sessions.ts';

let now = 1_000_000;
function make() {
  const ended: Session[] = [];
  return {
    ended,
    sessions: new Sessions(
      () => now,
      (session) => void ended.push(session),
    ),
  };
}

test('a session lasts while it is used, and ends after a while without a request', () => {
  const { sessions, ended } = make();
  const { session, secret } = sessions.begin('alice', 'operator');
  now += IDLE - 1;
  expect(sessions.find(secret)).toBe(session);
  now += IDLE - 1;
  expect(sessions.find(secret)).toBe(session);
  now += IDLE;
  expect(sessions.find(secret)).toBeUndefined();
  expect(ended).toEqual([session]);
});

test('a session ends after its longest time although it is used', () => {
  const { sessions } = make();
  const { secret } = sessions.begin('alice', 'operator');
  const from = now;
  for (now += IDLE / 2; now - from < LONGEST; now += IDLE / 2) expect(sessions.find(secret)).toBeDefined();
  now = from + LONGEST;
  expect(sessions.find(secret)).toBeUndefined();
});

test('a session nobody asks by any more is swept away', () => {
  const { sessions, ended } = make();
  sessions.begin('alice', 'operator');
  now += IDLE;
  sessions.sweep();
  expect([sessions.size, ended.length]).toEqual([0, 1]);
});

test('only the sessions of the user who changed end, and each only once', () => {
  const { sessions, ended } = make();
  const [one, two, other] = [
    sessions.begin('alice', 'viewer'),
    sessions.begin('alice', 'viewer'),
    sessions.begin('bob', 'viewer'),
  ];
  sessions.end(one.session);
  sessions.end(one.session);
  sessions.endOf('alice');
  expect(ended).toEqual([one.session, two.session]);
  expect(sessions.find(other.secret)).toBe(other.session);
});

test('sessions are bounded, for one user and for all: the oldest ends', () => {
  const { sessions } = make();
  const first = sessions.begin('alice', 'viewer');
  for (let i = 0; i < 20; i++) sessions.begin('alice', 'viewer');
  expect([sessions.size, sessions.find(first.secret)]).toEqual([20, undefined]);
  for (let i = 0; i < 1000; i++) sessions.begin(`user ${i}`, 'viewer');
  expect(sessions.size).toBe(500);
});
