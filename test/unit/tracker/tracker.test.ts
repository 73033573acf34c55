import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Asterisk, AsteriskEvents } from '../../../src/asterisk/port.ts';
import { parseAddress } from '../../../src/domain/address.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import { Tracker } from '../../../src/tracker/tracker.ts';

/** An Asterisk whose contacts the test sets, and that can be slow or fail: what a real one cannot be told to do. */
class ScriptedAsterisk extends EventEmitter<AsteriskEvents> {
  contacts = new Map<string, Contact[]>();
  lookUps: string[] = [];
  lists = 0;
  fail = false;
  connected = false;
  /** Look-ups wait here while it is set. */
  gate: Promise<void> | undefined;

  listExtensions = async () => [{ name: '1001', label: undefined }];
  listContacts = async () => {
    this.lists++;
    const found = [...this.contacts.values()].flat();
    await this.gate;
    if (this.fail) throw new Error('no');
    return found;
  };
  contactsOf = async (aor: string) => {
    this.lookUps.push(aor);
    const found = this.contacts.get(aor) ?? [];
    await this.gate;
    if (this.fail) throw new Error('no');
    return found;
  };

  up(): void {
    this.connected = true;
    this.emit('up', { version: '22' });
  }
  down(): void {
    this.connected = false;
    this.emit('down', 'closed');
  }
  login(callId = 'c', endpoint = '1001'): void {
    this.emit('authenticated', { endpoint, address: parseAddress('192.0.2.7:5062', 'udp'), callId });
  }
}

let asterisk: ScriptedAsterisk;
let tracker: Tracker;
let seen: { extension: string; contacts: readonly Contact[]; listed: boolean }[];
let remembered: Contact[];

beforeEach(() => {
  vi.useFakeTimers();
  asterisk = new ScriptedAsterisk();
  seen = [];
  remembered = [];
  start();
});
afterEach(() => {
  tracker.stop();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(0);

describe('on every connect', () => {
  it('lists everything, because nothing announced what happened before', async () => {
    asterisk.contacts.set('1001', [contact('A')]);
    asterisk.up();
    await settle();
    expect(seen).toMatchObject([{ extension: '1001', listed: true, contacts: [{ callId: 'c' }] }]);
  });

  it('tells of contacts that went while it was away', async () => {
    asterisk.contacts.set('1001', [contact('A')]);
    asterisk.up();
    await settle();
    asterisk.down();
    asterisk.contacts.clear();
    asterisk.up();
    await settle();
    expect(seen.at(-1)).toMatchObject({ extension: '1001', contacts: [], listed: true });
  });

  it('lists again after a failure, without being told', async () => {
    asterisk.fail = true;
    asterisk.up();
    await settle();
    asterisk.fail = false;
    asterisk.contacts.set('1001', [contact('A')]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen).toHaveLength(1);
  });

  it('remembers the true source of a REGISTER it saw before the restart', async () => {
    const address = parseAddress('192.0.2.99:5060', 'udp');
    remembered = [{ ...contact('A'), source: address && { address, proof: 'seen' } }];
    tracker.stop();
    asterisk = new ScriptedAsterisk();
    start();
    asterisk.contacts.set('1001', [contact('A')]);
    asterisk.up();
    await settle();
    expect(seen[0]?.contacts[0]?.source).toEqual({ address, proof: 'seen' });
  });
});

describe('a contact that is gone before its time', () => {
  const goneBy = (callId: string) => {
    asterisk.contacts.set('1001', []);
    asterisk.login(callId);
    return vi.advanceTimersByTimeAsync(500);
  };

  beforeEach(async () => {
    asterisk.contacts.set('1001', [{ ...contact('A'), expires: Date.now() / 1000 + 600 }]);
    asterisk.up();
    asterisk.login();
    await vi.advanceTimersByTimeAsync(2000);
    expect([asterisk.lists, seen.at(-1)?.contacts.length]).toEqual([1, 1]);
  });

  it('has everything listed soon: what took its place may be such as no event names', async () => {
    await goneBy('a thief');
    expect(asterisk.lists).toBe(2);
  });

  it('has not where its phone took it back, or where it is seen what took its place', async () => {
    await goneBy('c');
    asterisk.contacts.set('1001', [{ ...contact('B'), expires: Date.now() / 1000 + 600 }]);
    asterisk.login('b');
    await vi.advanceTimersByTimeAsync(2000);
    asterisk.contacts.set('1001', [{ ...contact('C'), expires: Date.now() / 1000 + 600 }]);
    asterisk.login('c');
    await vi.advanceTimersByTimeAsync(5000);
    expect([asterisk.lists, seen.at(-1)?.contacts[0]?.id]).toEqual([1, '1001;@C']);
  });

  it('has so again as long as lists show more that Asterisk cannot read', async () => {
    const strays = [1, 2, 3].map((n) => ({ ...contact(`stray ${n}`), uri: '' }));
    asterisk.contacts.set('1001', strays);
    await tracker.relist();
    asterisk.contacts.set('1001', strays.slice(1));
    await vi.advanceTimersByTimeAsync(1500);
    expect(asterisk.lists).toBe(3);
    // They stay as they are: nobody removes them.
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asterisk.lists).toBe(3);
  });

  it('has so once a second at the most', async () => {
    for (let n = 0; n < 40; n++) {
      asterisk.contacts.set('1001', n % 2 === 0 ? [] : [{ ...contact('A'), expires: 2e9 + n }]);
      asterisk.login(`a thief ${n}`);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(asterisk.lists).toBeLessThanOrEqual(6);
  });
});

describe('what was asked before a contact was put back', () => {
  const [phone, thief] = [contact('phone'), contact('thief')];
  let answer: () => void;

  beforeEach(async () => {
    asterisk.contacts.set('1001', [thief]);
    asterisk.up();
    await settle();
    const { promise, resolve } = Promise.withResolvers<void>();
    [asterisk.gate, answer] = [promise, resolve];
  });

  it.each<[string, () => void]>([
    ['a look-up', () => asterisk.login()],
    ['a list', () => void tracker.relist()],
  ])('%s: undoes nothing when it is answered late', async (_, ask) => {
    ask();
    await settle();
    asterisk.contacts.set('1001', [phone]);
    tracker.tookBack('1001', [thief], [phone]);
    seen = [];
    asterisk.gate = undefined;
    answer();
    await vi.advanceTimersByTimeAsync(2000);
    const shown = seen.flatMap(({ contacts }) => contacts.map(({ id }) => id));
    expect(new Set(shown).difference(new Set([phone.id]))).toEqual(new Set());
    expect(seen.some(({ contacts }) => contacts.length === 0)).toBe(false);
  });
});

describe('whose REGISTER it was', () => {
  const phoneAt = parseAddress('192.0.2.7:5062', 'udp');
  const thiefAt = parseAddress('198.51.100.66:5060', 'udp');
  const source = () => seen.at(-1)?.contacts[0]?.source;

  beforeEach(async () => {
    asterisk.up();
    await settle();
    asterisk.contacts.set('1001', [contact('A')]);
    asterisk.emit('authenticated', { endpoint: '1001', address: phoneAt, callId: 'c' });
    await vi.advanceTimersByTimeAsync(1000);
  });

  it("is not the phone's where a thief refreshes its contact: Asterisk keeps the Call-ID of the first", async () => {
    asterisk.contacts.set('1001', [
      { ...contact('A'), userAgent: userAgentFromText('thief'), expires: 2000 },
    ]);
    asterisk.emit('authenticated', { endpoint: '1001', address: thiefAt, callId: 'thief' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source()).toEqual({ address: thiefAt, proof: 'likely' });
  });

  it("is nobody's that was seen, where a thief refreshes it in silence", async () => {
    const hijacked = { ...contact('A'), userAgent: userAgentFromText('thief'), expires: 2000 };
    asterisk.contacts.set('1001', [hijacked]);
    asterisk.emit('contactChanged', { aor: '1001', uri: 'sip:a', removed: false });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source()?.proof).not.toBe('seen');
  });

  it("is the phone's, at its new port, when it restarts with a new Call-ID", async () => {
    const newPort = parseAddress('192.0.2.7:40000', 'udp');
    asterisk.contacts.set('1001', [{ ...contact('A'), expires: 2000 }]);
    asterisk.emit('authenticated', { endpoint: '1001', address: newPort, callId: 'after the restart' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source()).toEqual({ address: newPort, proof: 'likely' });
  });

  it("stays the phone's while a thief calls as it refreshes", async () => {
    asterisk.contacts.set('1001', [{ ...contact('A'), expires: 2000 }]);
    asterisk.emit('authenticated', { endpoint: '1001', address: phoneAt, callId: 'c' });
    asterisk.emit('authenticated', { endpoint: '1001', address: thiefAt, callId: 'an INVITE' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source()).toEqual({ address: phoneAt, proof: 'seen' });
  });

  it("stays the phone's also where a thief calls very often, from one address or from many", async () => {
    asterisk.contacts.set('1001', [{ ...contact('A'), expires: 2000 }]);
    asterisk.emit('authenticated', { endpoint: '1001', address: phoneAt, callId: 'c' });
    for (let n = 1; n < 100; n++) {
      const address = parseAddress(`198.51.100.${n % 3}:${5060 + n}`, 'udp');
      asterisk.emit('authenticated', { endpoint: '1001', address, callId: `INVITE ${n}` });
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(source()).toEqual({ address: phoneAt, proof: 'seen' });
  });

  it("of a new contact is not somebody else's, of whom an event told before", async () => {
    asterisk.emit('authenticated', { endpoint: '1001', address: phoneAt, callId: 'an INVITE' });
    asterisk.contacts.set('1001', [{ ...contact('B'), callId: 'thief', expires: 2000 }]);
    asterisk.emit('contactChanged', { aor: '1001', uri: 'sip:b', removed: false });
    await settle();
    expect(source()).toBeUndefined();
    asterisk.emit('authenticated', { endpoint: '1001', address: thiefAt, callId: 'thief' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source()).toEqual({ address: thiefAt, proof: 'seen' });
  });

  it("stays the phone's where it restarts with a new Call-ID and a thief calls just then", async () => {
    asterisk.contacts.set('1001', [{ ...contact('A'), expires: 2000 }]);
    asterisk.emit('authenticated', { endpoint: '1001', address: phoneAt, callId: 'after the restart' });
    asterisk.emit('authenticated', { endpoint: '1001', address: thiefAt, callId: 'an INVITE' });
    await vi.advanceTimersByTimeAsync(1000);
    expect(source()).toEqual({ address: phoneAt, proof: 'likely' });
  });
});

it('loses nothing that changes while the whole list is read', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  asterisk.contacts.set('1001', [contact('A')]);
  asterisk.gate = promise;
  asterisk.up();
  await settle();
  asterisk.login();
  asterisk.emit('reloaded');
  await settle();
  asterisk.gate = undefined;
  resolve();
  await vi.advanceTimersByTimeAsync(2000);
  expect(seen.at(-1)?.contacts.map(({ id }) => id)).toEqual(['1001;@A']);
  expect(asterisk.lists).toBe(2);
});

describe('on an event', () => {
  beforeEach(async () => {
    asterisk.up();
    await settle();
    seen = [];
  });

  it('looks the AOR up, and gives the contact the source that the security event told', async () => {
    asterisk.contacts.set('1001', [contact('A')]);
    asterisk.login();
    await settle();
    expect(seen).toMatchObject([
      {
        extension: '1001',
        listed: false,
        contacts: [{ source: { proof: 'seen', address: { ip: '192.0.2.7' } } }],
      },
    ]);
  });

  it('asks again where Asterisk had not stored the contact yet', async () => {
    asterisk.login();
    await settle();
    expect(seen).toEqual([]);
    asterisk.contacts.set('1001', [contact('A')]);
    await vi.advanceTimersByTimeAsync(50);
    expect(seen).toHaveLength(1);
  });

  it('gives up asking after a few times: an INVITE authenticates too', async () => {
    for (let n = 0; n < 5; n++) await vi.advanceTimersByTimeAsync(0).then(() => asterisk.login());
    await vi.advanceTimersByTimeAsync(60_000);
    const asked = asterisk.lookUps.length;
    await vi.advanceTimersByTimeAsync(200_000);
    expect(asterisk.lookUps.length).toBe(asked);
    expect(tracker.pending).toBe(0);
  });

  it('makes one look-up of a hundred events that come while one is under way, and sees what the last one meant', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    asterisk.gate = promise;
    asterisk.login();
    await settle();
    asterisk.contacts.set('1001', [contact('thief')]);
    for (let n = 0; n < 100; n++) asterisk.login();
    await settle();
    expect(asterisk.lookUps).toHaveLength(1);
    asterisk.gate = undefined;
    resolve();
    await settle();
    expect(asterisk.lookUps.length).toBeLessThanOrEqual(3);
    expect(seen.at(-1)?.contacts[0]?.userAgent).toEqual(userAgentFromText('thief'));
  });

  it('does not let one slow AOR hold up another', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    asterisk.gate = promise;
    asterisk.login('c', '1002');
    await settle();
    asterisk.gate = undefined;
    asterisk.contacts.set('1001', [contact('A')]);
    asterisk.login();
    await settle();
    expect(seen).toHaveLength(1);
    resolve();
  });

  it('catches by its sweep what no event told', async () => {
    asterisk.contacts.set('1001', [contact('A')]);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(seen.at(-1)?.listed).toBe(true);
  });

  it('ignores an answer of a connection that is gone', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    asterisk.gate = promise;
    asterisk.contacts.set('1001', [contact('old')]);
    asterisk.login();
    await settle();
    asterisk.down();
    resolve();
    await settle();
    expect(seen).toEqual([]);
  });
});

it('puts together the contacts an extension has at several AORs', async () => {
  asterisk.contacts.set('desk', [contact('A', 'desk')]);
  asterisk.contacts.set('soft', [contact('B', 'soft')]);
  asterisk.up();
  await settle();
  expect(seen.at(-1)?.contacts.map(({ id }) => id)).toEqual(['desk;@A', 'soft;@B']);
  asterisk.contacts.delete('soft');
  asterisk.emit('contactChanged', { aor: 'soft', uri: 'sip:b', removed: true });
  await settle();
  expect(seen.at(-1)?.contacts.map(({ id }) => id)).toEqual(['desk;@A']);
});

function start(): void {
  tracker = new Tracker({
    asterisk: asterisk as unknown as Asterisk,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    now: () => Date.now(),
    onContacts: (extension, contacts, listed) => seen.push({ extension, contacts, listed }),
    onListed: () => undefined,
    onExtensions: async () => undefined,
    pace: async () => undefined,
    remembered,
    sweepEvery: 300_000,
  });
  tracker.start();
}

function contact(userAgent: string, aor = '1001'): Contact {
  return {
    id: `${aor};@${userAgent}`,
    extension: '1001',
    uri: 'sip:1001@192.0.2.10',
    userAgent: userAgentFromText(userAgent),
    callId: 'c',
    expires: 1000,
    source: undefined,
  };
}
