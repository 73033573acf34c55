import { describe, expect, test } from 'vitest';
import { PendingWrites } from '../../../src/store/pending.ts';
import { call, contact, reaction, sighting, violation } from './records.ts';

const userAgent = (text: string) => ({ userAgent: { kind: 'text', text } as const });

describe('coalescing', () => {
  test('the latest of each key wins, sightings add up', () => {
    const pending = new PendingWrites(100);
    pending.putViolation(violation({ calls: 1 }));
    pending.putViolation(violation({ calls: 2 }));
    pending.putCall(call());
    pending.putCall(call({ outcome: 'monitored' }));
    pending.putContact(contact());
    pending.keepContact(contact().id, '{}');
    pending.deleteContact(contact().id);
    pending.keepContact('101;@1', '{"old":1}');
    pending.keepContact('101;@1', '{}');
    pending.addReaction(reaction({ firstAt: 5, lastAt: 5 }));
    pending.addReaction(reaction({ firstAt: 7, lastAt: 7 }));
    pending.addSighting(sighting({ firstSeen: 5, lastSeen: 5, matched: false }));
    pending.addSighting(sighting({ firstSeen: 3, lastSeen: 4, count: 2 }));
    pending.putExtensions(new Map());
    expect(pending.size).toBe(7);
    expect(pending.take('1', 100)).toEqual({
      id: '1',

      violations: [violation({ calls: 2 })],
      calls: [call({ outcome: 'monitored' })],
      deliveries: [],
      reactions: [reaction({ firstAt: 5, lastAt: 7, count: 2 })],
      keptContacts: [['101;@1', '{}']],
      contacts: [],
      goneContacts: [contact().id],
      extensions: new Map(),
      sightings: [sighting({ firstSeen: 3, lastSeen: 5, matched: false, count: 3 })],
    });
    expect(pending.take('2', 100)).toBeUndefined();
  });

  test('a text that reads like a malformed User-Agent is another key', () => {
    const pending = new PendingWrites(100);
    pending.addSighting(sighting(userAgent('(too-long) a')));
    pending.addSighting(sighting({ userAgent: { kind: 'malformed', why: 'too-long', shown: 'a' } }));
    pending.addSighting(sighting({ userAgent: { kind: 'absent' } }));
    pending.addSighting(sighting(userAgent('(none)')));
    expect(pending.size).toBe(4);
  });

  test('a batch takes the gravest first, and no more than asked', () => {
    const pending = new PendingWrites(100);
    for (let index = 0; index < 5; index++) pending.addSighting(sighting(userAgent(`${index}`)));
    for (let id = 1; id <= 3; id++) pending.putViolation(violation({ id }));
    const batch = pending.take('1', 4);
    expect(batch?.violations).toHaveLength(3);
    expect(batch?.sightings).toHaveLength(1);
    expect(pending.size).toBe(4);
  });
});

describe('at the limit', () => {
  test('a new sighting yields to those that wait', () => {
    const pending = new PendingWrites(2);
    for (const text of ['first', 'second', 'third']) pending.addSighting(sighting(userAgent(text)));
    expect(pending.take('1', 10)?.sightings).toEqual([
      sighting(userAgent('first')),
      sighting(userAgent('second')),
    ]);
    expect(pending.dropped).toBe(1);
  });

  test('what waits already is still brought up to date', () => {
    const pending = new PendingWrites(1);
    pending.addSighting(sighting());
    pending.addSighting(sighting());
    expect(pending.take('1', 10)?.sightings).toEqual([sighting({ count: 2 })]);
    expect(pending.dropped).toBe(0);
  });

  test('sightings give way first, then contacts; violations and calls last', () => {
    const pending = new PendingWrites(4);
    pending.addSighting(sighting());
    pending.putContact(contact());
    pending.putCall(call({ linkedId: '1' }));
    pending.putViolation(violation({ id: 1 }));
    pending.putViolation(violation({ id: 2 }));
    expect(pending.size).toBe(4);
    pending.putCall(call({ linkedId: '2' }));
    pending.putViolation(violation({ id: 3 }));
    pending.putContact(contact());
    pending.addSighting(sighting());
    expect(pending.dropped).toBe(5);
    const batch = pending.take('1', 10);
    expect(batch).toMatchObject({ contacts: [], sightings: [] });
    expect(batch?.violations.map(({ id }) => id)).toEqual([1, 2]);
    expect(batch?.calls.map(({ linkedId }) => linkedId)).toEqual(['1', '2']);
  });
});
