import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/domain/address.ts';
import type { CallRecord } from '../../../src/domain/call-record.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import { NO_POLICY } from '../../../src/domain/policy.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import type { Violation } from '../../../src/domain/violation.ts';
import type { GateRequest } from '../../../src/gate/request.ts';
import { EventLog } from '../../../src/log/event-log.ts';
import { Guardian, type GuardianOptions } from '../../../src/service/guardian.ts';
import { ExtensionTable } from '../../../src/state/extension-table.ts';
import { ViolationBook } from '../../../src/state/violation-book.ts';

const PHONE = 'Yealink SIP-T46U 108.86.0.20';
const logger = { debug() {}, info() {}, warn() {}, error() {} };

let now: number;
let table: ExtensionTable;
let book: ViolationBook;
let guardian: Guardian;
let calls: CallRecord[];
let violations: Violation[];
let touched: string[];
let stored: Contact[];

beforeEach(() => {
  now = 1_790_000_000_000;
  [calls, violations, touched, stored] = [[], [], [], []];
  table = new ExtensionTable(() => now);
  table.markLoaded();
  table.markContactsListed();
  table.setExtensions(new Map([['1001', undefined]]));
  table.setPolicy('1001', { ...NO_POLICY, lock: { alternatives: [{ kind: 'device', userAgent: PHONE }] } });
  book = new ViolationBook();
  guardian = new Guardian(options());
});

// What a question records comes after its answer: not into the next test.
afterEach(() => settle());

describe('a call that is refused', () => {
  it('is recorded once, although it passes two gates', async () => {
    guardian.decide(request('thief', { linkedId: '1.1' }));
    guardian.decide(request('thief', { linkedId: '1.1' }));
    await settle();
    expect(calls).toMatchObject([{ linkedId: '1.1', outcome: 'refused', reason: 'wrong-device' }]);
    expect(book.open('1001')).toMatchObject([{ calls: 1 }]);
  });

  it('is counted in the violation of its device, and tells AstDB', async () => {
    guardian.decide(request('thief', { linkedId: '1.1' }));
    guardian.decide(request('thief', { linkedId: '1.2' }));
    await settle();
    expect(calls.map(({ violation }) => violation)).toEqual([1, 1]);
    expect(violations.at(-1)).toMatchObject({ id: 1, calls: 2, dialled: '0044' });
    expect(touched).toContain('1001');
  });

  it('keeps nothing of what was dialled but digits', async () => {
    guardian.decide(request('thief', { dialled: '+44<b>0"7', linkedId: '1.1' }));
    await settle();
    expect(calls[0]?.dialled).toBe('+4407');
  });

  it('is spoken to three times a minute, and plainly refused after that', () => {
    const plain = () => {
      const answer = guardian.decide(request('thief'));
      return answer.kind === 'deny' && answer.plain;
    };
    expect([plain(), plain(), plain(), plain()]).toEqual([false, false, false, true]);
    now += 60_000;
    expect(plain()).toBe(false);
  });

  it('has its answer before anything is recorded', () => {
    expect(guardian.decide(request('thief')).kind).toBe('deny');
    expect(calls).toEqual([]);
  });
});

it('answers allow in monitor, and records what would have been', async () => {
  table.setPolicy('1001', { ...table.policy('1001'), mode: 'monitor' });
  expect(guardian.decide(request('thief')).kind).toBe('allow');
  await settle();
  expect(calls).toMatchObject([{ outcome: 'monitored' }]);
});

describe('when a lock changes', () => {
  it("ends the violation of what it accepts now, and opens that of what it doesn't", async () => {
    guardian.onContacts('1001', [contact('thief')], false);
    table.setPolicy('1001', {
      ...NO_POLICY,
      lock: { alternatives: [{ kind: 'device', userAgent: 'thief' }] },
    });
    await guardian.judgeAnew(['1001']);
    expect(book.open('1001')).toEqual([]);
    expect(violations.at(-1)?.ended?.how).toBe('lock-changed');
    table.setPolicy('1001', { ...NO_POLICY, lock: { alternatives: [{ kind: 'device', userAgent: PHONE }] } });
    await guardian.judgeAnew(['1001']);
    expect(book.open('1001')).toHaveLength(1);
  });
});

describe('the right device outside its networks', () => {
  const outside = () => {
    const address = parseAddress('198.51.100.66:5060');
    return { ...contact(PHONE), source: address && { address, proof: 'seen' as const } };
  };
  const restrict = (...networks: string[]) => table.setPolicy('1001', { ...table.policy('1001'), networks });

  it('is a violation of that, and has the names among them asked for anew', () => {
    const asked: string[] = [];
    guardian = new Guardian({ ...options(), onOutside: (extension) => asked.push(extension) });
    restrict('192.0.2.0/24', 'office.example');
    table.setAddresses('office.example', ['192.0.2.1']);
    guardian.onContacts('1001', [outside()], false);
    expect(violations).toMatchObject([{ reason: 'wrong-network', by: ['REGISTER'] }]);
    expect(asked).toEqual(['1001']);
  });

  it('stays one when the lock is decided anew, until its place is allowed', async () => {
    restrict('192.0.2.0/24');
    guardian.onContacts('1001', [outside()], false);
    await guardian.judgeAnew(['1001']);
    expect(violations.every(({ ended }) => ended === undefined)).toBe(true);
    restrict('192.0.2.0/24', '198.51.100.0/24');
    await guardian.judgeAnew(['1001']);
    expect(violations.at(-1)?.ended?.how).toBe('lock-changed');
    expect(book.hasOpen('1001')).toBe(false);
  });
});

describe('a cleared violation', () => {
  it('opens again with the next REGISTER of the thief, and not before', () => {
    guardian.onContacts('1001', [contact('thief')], false);
    expect(guardian.clear('1001')).toBe(1);
    guardian.onContacts('1001', [contact('thief')], false);
    expect(book.hasOpen('1001')).toBe(false);
    guardian.onContacts('1001', [{ ...contact('thief'), expires: 9 }], false);
    expect(book.open('1001')).toMatchObject([{ registers: 1 }]);
  });
});

it('lets the transfer of a call through that its phone placed, while a thief is registered beside it', async () => {
  guardian.onContacts('1001', [contact('thief')], false);
  guardian.decide(request(PHONE, { linkedId: '7.7', call: callFrom(PHONE, '192.0.2.10:5060') }));
  await settle();
  const transfer = (linkedId: string) =>
    guardian.decide(
      request('', {
        linkedId,
        call: {
          ...callFrom('', '203.0.113.1:5060'),
          endpoint: 'trunk',
          behind: [{ role: 'transferer', endpoint: '1001', address: undefined }],
        },
      }),
    ).kind;
  expect(transfer('7.7')).toBe('allow');
  expect(transfer('8.8')).toBe('deny');
});

it('holds no refused call against the right phone once it has registered', async () => {
  table.setPolicy('1001', { ...table.policy('1001'), requireRegistration: true });
  guardian.decide(request(PHONE, { call: callFrom(PHONE, '198.51.100.66:5060') }));
  await settle();
  expect(book.open('1001')).toMatchObject([{ reason: 'not-registered' }]);
  const address = parseAddress('198.51.100.66:5060');
  guardian.onContacts('1001', [{ ...contact(PHONE), source: address && { address, proof: 'seen' } }], false);
  expect(book.open('1001')).toEqual([]);
});

it('stores nothing anew of contacts that are listed as the database has them', () => {
  guardian = new Guardian({ ...options(), remembered: [contact(PHONE)] });
  guardian.onContacts('1001', [contact(PHONE)], true);
  expect(stored).toEqual([]);
  guardian.onContacts('1001', [{ ...contact(PHONE), expires: 5 }], false);
  expect(stored).toHaveLength(1);
});

it('ends, after a list, what went while nobody was looking', () => {
  guardian.onContacts('1001', [contact('thief')], false);
  const open = book.open('1001');
  book.clear('1001', now);
  book.load(open, 2);
  guardian.onListed();
  expect(violations.at(-1)?.ended?.how).toBe('contact-gone');
});

function options(): GuardianOptions {
  return {
    ...{ table, book, logger },
    store: {
      putViolation: (violation) => violations.push(violation),
      putCall: (call) => calls.push(call),
      addSighting() {},
      putContact: (contact) => stored.push(contact),
      deleteContact() {},
      putExtensions() {},
    },
    mirror: { touch: (extension) => touched.push(extension) },
    events: new EventLog(logger, () => now),
    pace: async () => undefined,
    remembered: [],
    now: () => now,
    quietAfter: 3_600_000,
  };
}

function request(userAgent: string, of: Partial<GateRequest> = {}): GateRequest {
  return {
    call: {
      endpoint: '1001',
      userAgent: userAgentFromText(userAgent),
      address: parseAddress('198.51.100.66:5060'),
      behind: [],
    },
    linkedId: String(Math.random()),
    callId: 'c',
    dialled: '0044',
    channel: 'PJSIP/1001-00000001',
    ...of,
  };
}

function callFrom(userAgent: string, from: string): GateRequest['call'] {
  return {
    endpoint: '1001',
    userAgent: userAgentFromText(userAgent),
    address: parseAddress(from),
    behind: [],
  };
}

function contact(userAgent: string): Contact {
  return {
    id: '1001;@a',
    extension: '1001',
    uri: 'sip:1001@198.51.100.66',
    userAgent: userAgentFromText(userAgent),
    callId: 'c',
    expires: 2_000_000_000,
    source: undefined,
  };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
