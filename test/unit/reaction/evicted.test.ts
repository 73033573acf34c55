import { expect, test } from 'vitest';
import type { Contact } from '../../../src/domain/contact.ts';
import { Evicted } from '../../../src/reaction/evicted.ts';
import { contactOf } from '../api/rig.ts';

const NOW = 1_800_000_000_000;
const PHONE = 'snomD785/10.1.159.12';

function contact(extension: string, userAgent: string, at: string, expires = NOW / 1000 + 60): Contact {
  return { ...contactOf(extension, userAgent, at), expires };
}

test('what was evicted is remembered until its registration would be over', () => {
  const evicted = new Evicted();
  const phone = contact('1001', PHONE, '192.0.2.11:5060');
  evicted.note(phone);
  expect(evicted.of('1001', NOW)).toEqual([phone]);
  expect(evicted.of('1001', NOW + 60_000)).toEqual([]);
  expect(evicted.of('1002', NOW)).toEqual([]);
});

test('a thief in a loop is one device, and pushes the new phone out of mind no sooner', () => {
  const evicted = new Evicted();
  const phone = contact('1001', PHONE, '192.0.2.11:5060');
  evicted.note(phone);
  for (let time = 0; time < 1000; time++) {
    evicted.note(contact('1001', 'friendly-scanner', '203.0.113.7:5062', NOW / 1000 + time));
  }
  expect(evicted.of('1001', NOW)).toHaveLength(2);
  expect(evicted.of('1001', NOW)).toContainEqual(phone);
});

test('however many devices and extensions there are, it stays small', () => {
  const evicted = new Evicted();
  for (let at = 0; at < 5000; at++) {
    evicted.note(contact('1001', `scanner ${at}`, '203.0.113.7:5062'));
    evicted.note(contact(`x${at}`, PHONE, '192.0.2.11:5060'));
  }
  expect(evicted.of('1001', NOW)).toHaveLength(16);
  expect(evicted.of('x0', NOW)).toEqual([]);
  expect(evicted.of('x4999', NOW)).toHaveLength(1);
});
