import { beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/domain/address.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import { MAX_OPEN_PER_EXTENSION, ViolationBook } from '../../../src/state/violation-book.ts';

let book: ViolationBook;
beforeEach(() => {
  book = new ViolationBook();
});

const register = (contact: Contact, now = 1000) => book.sawRegister(contact, 'wrong-device', 'enforce', now);

const callOf = (userAgent = 'thief', from = '198.51.100.66:5060', now = 1000) =>
  book.sawCall(
    {
      extension: '1001',
      userAgent: userAgentFromText(userAgent),
      address: parseAddress(from),
      reason: 'wrong-device',
      mode: 'enforce',
      dialled: '0044',
    },
    now,
  );

describe('one wrong device at one place is one violation', () => {
  it('opens once and counts every REGISTER and call after that', () => {
    expect(register(thief()).map(({ change }) => change)).toEqual(['opened']);
    expect(register(thief(), 2000).map(({ change }) => change)).toEqual(['counted']);
    const [last] = callOf('thief', '198.51.100.66:40123', 3000);
    expect(last).toMatchObject({
      change: 'counted',
      violation: { by: ['REGISTER', 'INVITE'], registers: 2, calls: 1, firstSeen: 1000, lastSeen: 3000 },
    });
    expect(book.open('1001')).toHaveLength(1);
  });

  it('keeps the number that was dialled', () => {
    callOf();
    register(thief());
    expect(book.open('1001')[0]?.dialled).toBe('0044');
  });

  it('is another violation from another IP or with another User-Agent', () => {
    callOf('thief', '198.51.100.66:5060');
    callOf('thief', '198.51.100.67:5060');
    callOf('other', '198.51.100.66:5060');
    expect(book.open('1001').map(({ id }) => id)).toEqual([1, 2, 3]);
  });
});

describe('after a restart', () => {
  const restarted = () => {
    register(thief());
    const [cleared] = book.clear('1001', 2000);
    book = new ViolationBook();
    book.load([], 2, cleared === undefined ? [] : [cleared.violation]);
  };

  it('stays cleared while the device is only listed as it was', () => {
    restarted();
    expect(book.holds(thief(), 'wrong-device', 'enforce', 3000)).toEqual([]);
    expect(book.hasOpen('1001')).toBe(false);
  });

  it('opens again when the device registers, has registered meanwhile, calls, or is judged anew once all is listed', () => {
    restarted();
    expect(register(thief(), 3000)).toMatchObject([{ change: 'opened', violation: { id: 2 } }]);
    restarted();
    expect(callOf('thief', '198.51.100.66:5060', 3000)).toMatchObject([{ change: 'opened' }]);
    restarted();
    book.seenAnew(thief());
    expect(book.holds(thief(), 'wrong-device', 'enforce', 3000)).toMatchObject([{ change: 'opened' }]);
    restarted();
    book.forgetCleared();
    expect(book.holds(thief(), 'wrong-device', 'enforce', 3000)).toMatchObject([{ change: 'opened' }]);
  });

  it('opens for another device or from another address', () => {
    restarted();
    const other = { ...thief(), id: '1001;@other', userAgent: userAgentFromText('other') };
    expect(book.holds(other, 'wrong-device', 'enforce', 3000)).toMatchObject([{ change: 'opened' }]);
  });
});

describe('it ends with what holds it', () => {
  it("ends when its contact goes, and not when the real phone's does", () => {
    register(thief());
    const phone = { ...thief(), id: '1001;@phone' };
    expect(book.contactEnded(phone, 'contact-gone', 2000)).toEqual([]);
    const [ended] = book.contactEnded(thief(), 'contact-gone', 2000);
    expect(ended?.violation.ended).toEqual({ at: 2000, how: 'contact-gone' });
    expect(book.hasOpen('1001')).toBe(false);
  });

  it('stays while a second contact of the same device at the same IP is live', () => {
    register(thief());
    register({ ...thief(), id: '1001;@second' });
    expect(book.contactEnded(thief(), 'contact-gone', 2000)).toEqual([]);
    expect(book.hasOpen('1001')).toBe(true);
  });

  it('ends when its contact refreshes as another wrong device, which opens one of its own', () => {
    register(thief());
    const changes = register({ ...thief(), userAgent: userAgentFromText('another') });
    expect(changes.map(({ change, violation }) => [change, violation.id])).toEqual([
      ['ended', 1],
      ['opened', 2],
    ]);
  });

  it('goes along when the contact turns out to be, or moves, somewhere else', () => {
    register(thief('192.0.2.1:5060'));
    const changes = book.holds(thief('198.51.100.66:5060'), 'wrong-device', 'enforce', 2000);
    expect(changes.map(({ change }) => change)).toEqual(['counted']);
    expect(book.open('1001')).toMatchObject([{ id: 1, registers: 1, address: { ip: '198.51.100.66' } }]);
    register(thief('198.51.100.77:5060'), 3000);
    expect(book.open('1001')).toMatchObject([{ id: 1, registers: 2, address: { ip: '198.51.100.77' } }]);
  });

  it('ends a call without a registration only after it was quiet', () => {
    callOf('thief', '198.51.100.66:5060', 1000);
    expect(book.endQuiet(1000, 5000)).toEqual([]);
    expect(book.endQuiet(1001, 5000)[0]?.violation.ended?.how).toBe('quiet');
  });

  it('never ends a registered one for being quiet', () => {
    register(thief());
    expect(book.endQuiet(9_999_999, 9_999_999)).toEqual([]);
  });
});

describe('an operator decides', () => {
  it('ends all of an extension when it is cleared', () => {
    register(thief());
    callOf('another');
    expect(book.clear('1001', 2000).map(({ violation }) => violation.ended?.how)).toEqual([
      'cleared',
      'cleared',
    ]);
  });

  it('ends what a changed lock accepts, and only that', () => {
    register(thief());
    callOf('another');
    const accepts = (userAgent: { kind: string; text?: string }) => userAgent.text === 'thief';
    expect(book.rejudge('1001', accepts, 2000).map(({ violation }) => violation.id)).toEqual([1]);
    expect(book.open('1001').map(({ id }) => id)).toEqual([2]);
  });
});

describe('after a restart', () => {
  it('goes on with the open ones, and holds them again without counting a REGISTER that did not come', () => {
    register(thief());
    const open = book.open('1001');
    book = new ViolationBook();
    book.load(open, 2);
    book.holds(thief(), 'wrong-device', 'enforce', 5000);
    expect(book.endUnheld('1001', 5000)).toEqual([]);
    expect(book.open('1001')[0]?.registers).toBe(1);
    expect(callOf('another')[0]?.violation.id).toBe(2);
  });

  it('ends a registered one whose contact went while nobody was looking', () => {
    register(thief());
    const open = book.open('1001');
    book = new ViolationBook();
    book.load(open, 2);
    expect(book.endUnheld('1001', 5000)[0]?.violation.ended?.how).toBe('contact-gone');
  });
});

it('does not grow without bound when every call brings a new User-Agent, and keeps the registered one', () => {
  register(thief());
  for (let n = 0; n < 1000; n++) callOf(`device ${n}`, '198.51.100.66:5060', 2000 + n);
  expect(book.open('1001')).toHaveLength(MAX_OPEN_PER_EXTENSION);
  expect(book.open('1001').some(({ by }) => by.includes('REGISTER'))).toBe(true);
});

function thief(from = '198.51.100.66:5060'): Contact {
  const address = parseAddress(from);
  return {
    id: '1001;@thief',
    extension: '1001',
    uri: 'sip:1001@198.51.100.66:5060',
    userAgent: userAgentFromText('thief'),
    callId: 'a',
    expires: 2_000_000_000,
    source: address === undefined ? undefined : { address, proof: 'seen' },
  };
}
