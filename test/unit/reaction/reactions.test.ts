/** Who is evicted and what is put back, decided from memory; that it works on a real Asterisk is tried there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AsteriskError, type StoredContact } from '../../../src/asterisk/port.ts';
import { parseAddress } from '../../../src/domain/address.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import { type ExtensionPolicy, NO_POLICY } from '../../../src/domain/policy.ts';
import type { Reaction } from '../../../src/domain/reaction.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import type { Violation } from '../../../src/domain/violation.ts';
import { EventLog } from '../../../src/log/event-log.ts';
import { Reactions } from '../../../src/reaction/reactions.ts';
import { ExtensionTable } from '../../../src/state/extension-table.ts';

const PHONE = 'Yealink SIP-T46U 108.86.0.20';
const EXPIRES = 2_000_000_000;

let now: number;
let table: ExtensionTable;
let reactions: Reactions;
let taken: { evict: readonly string[]; restore: readonly string[] }[];
let recorded: Reaction[];
let warned: string[];
let hungUp: string[];
let left: Set<string>;
let putBack: Set<string>;
/** An operator has issued a one-time code that is good. */
let isAwaited: boolean;
/** Asterisk takes no record back. */
let isPutBackRefused: boolean;
let failure: AsteriskError | undefined;
/** Where it is set, the channels are told only then. */
let channels: Promise<void> | undefined;

beforeEach(() => {
  now = 1_790_000_000_000;
  [taken, recorded, warned, hungUp] = [[], [], [], []];
  [left, putBack, failure] = [new Set(), new Set(), undefined];
  [isAwaited, isPutBackRefused, channels] = [false, false, undefined];
  table = new ExtensionTable(() => now);
  table.markLoaded();
  table.markContactsListed();
  table.setExtensions(new Map([['1001', undefined]]));
  policy({ evict: true });
  reactions = make();
});

afterEach(() => reactions.stop());

describe('a wrong device that registers', () => {
  it('is removed, and what it displaced is put back', async () => {
    await see(contact('a', PHONE));
    await see(contact('b', 'thief'));
    expect(taken).toEqual([{ evict: [id('b')], restore: [id('a')] }]);
    expect(recorded).toMatchObject([{ kind: 'evicted' }, { kind: 'restored', userAgent: { text: PHONE } }]);
  });

  it('is removed beside the phone, which is left alone', async () => {
    await see(contact('a', PHONE));
    await see(contact('a', PHONE), contact('b', 'thief'));
    expect(taken).toEqual([{ evict: [id('b')], restore: [] }]);
  });

  it('is replaced in place where it took over the very contact from elsewhere', async () => {
    await see(contact('a', PHONE));
    await see(contact('a', 'thief', { expires: EXPIRES + 1, source: seenAt('198.51.100.66:5060') }));
    expect(taken).toEqual([{ evict: [], restore: [id('a')] }]);
  });

  it("is removed where it took over the very contact and the phone's cannot be put back", async () => {
    isPutBackRefused = true;
    await see(contact('a', PHONE));
    await see(contact('a', 'thief', { expires: EXPIRES + 1, source: seenAt('198.51.100.66:5060') }));
    expect(taken).toEqual([
      { evict: [], restore: [id('a')] },
      { evict: [id('a')], restore: [] },
    ]);
    expect(recorded).toMatchObject([{ kind: 'evicted' }]);
  });

  it('is only removed where the phone itself came back as another device', async () => {
    await see(contact('a', PHONE));
    await see(contact('a', 'thief', { expires: EXPIRES + 1 }));
    expect(taken).toEqual([{ evict: [id('a')], restore: [] }]);
  });

  it('has its phone put back on its connection, where a list alone showed it gone while all was watched', async () => {
    reactions.onListed();
    await see(contact('a', PHONE, { uri: 'sip:1001@192.0.2.10:5060;transport=TLS' }));
    await see(contact('b', 'thief'), 'listed');
    expect(taken).toEqual([{ evict: [id('b')], restore: [id('a')] }]);
  });

  it('has its phone put back also where it is gone again by itself', async () => {
    await see(contact('a', PHONE));
    failure = new AsteriskError('timeout', 'no answer');
    await see(contact('b', 'thief'));
    failure = undefined;
    await see();
    await until(() => taken.length === 2);
    expect(taken[1]).toEqual({ evict: [], restore: [id('a')] });
  });
});

describe('nobody is removed', () => {
  it.each<[string, Partial<ExtensionPolicy>]>([
    ['in monitor', { evict: true, mode: 'monitor' }],
    ['where the setting is off', { evict: false }],
    ['without a lock', { evict: true, lock: undefined }],
  ])('%s', async (_, own) => {
    policy(own);
    await see(contact('a', PHONE));
    await see(contact('b', 'thief'));
    expect(taken).toEqual([]);
  });

  it('because a list has it that had it before', async () => {
    await see(contact('b', 'thief'), 'no REGISTER');
    expect(taken).toEqual([]);
  });

  it('before the contacts were listed; then it is', async () => {
    table = new ExtensionTable(() => now);
    table.markLoaded();
    table.setExtensions(new Map([['1001', undefined]]));
    policy({ evict: true });
    reactions = make();
    await see(contact('b', 'thief'));
    expect(taken).toEqual([]);
    table.markContactsListed();
    reactions.onListed();
    expect(taken).toHaveLength(1);
  });

  it('while a new phone is expected; then the next REGISTER of a wrong one is', async () => {
    isAwaited = true;
    await see(contact('a', PHONE));
    await see(contact('b', 'new phone'));
    expect(taken).toEqual([]);
    isAwaited = false;
    reactions.onJudgedAnew('1001');
    expect(taken).toEqual([]);
    await see(contact('b', 'new phone', { expires: EXPIRES + 1 }));
    expect(taken).toEqual([{ evict: [id('b')], restore: [id('a')] }]);
  });

  it('who is held back when a new phone begins to be expected', async () => {
    failure = new AsteriskError('timeout', 'no answer');
    await see(contact('b', 'new phone'));
    isAwaited = true;
    await until(() => reactions.counts.held === 0);
    expect(taken).toHaveLength(1);
  });

  it.each(['notify', 'follow'] as const)(
    'that may be the phone after an update, as long as nobody saw where it is (%s)',
    async (firmwareDrift) => {
      policy({ evict: true, firmwareDrift });
      const newer = 'Yealink SIP-T46U 108.86.0.90';
      const address = parseAddress('192.0.2.10:5060');
      await see(contact('a', PHONE));
      await see(contact('b', newer, { source: address && { address, proof: 'claimed' } }));
      expect(taken).toEqual([]);
      await see(contact('b', newer, { expires: EXPIRES + 1, source: seenAt('198.51.100.66:5060') }));
      expect(taken).toEqual([{ evict: [id('b')], restore: [id('a')] }]);
    },
  );

  it('where the lock names a model that the library has not', async () => {
    policy({ evict: true, lock: { alternatives: [{ kind: 'model', model: 'gone' }] } });
    await see(contact('b', PHONE));
    expect(taken).toEqual([]);
  });

  it('after the connection was lost, before everything was listed anew; then it is', async () => {
    failure = new AsteriskError('disconnected', 'closed');
    await see(contact('b', 'thief'));
    failure = undefined;
    reactions.onDown();
    await until(() => reactions.counts.held === 0);
    expect(taken).toHaveLength(1);
    // What is there now is the phone's: it has registered meanwhile.
    await see(contact('b', PHONE, { expires: EXPIRES + 1 }), 'listed');
    reactions.onListed();
    expect(taken).toHaveLength(1);
    await see(contact('c', 'thief'), contact('b', PHONE, { expires: EXPIRES + 1 }));
    expect(taken.at(-1)).toEqual({ evict: [id('c')], restore: [] });
  });

  it('once it has stopped', async () => {
    failure = new AsteriskError('disconnected', 'closed');
    const seen = see(contact('b', 'thief'));
    reactions.stop();
    await seen;
    expect(reactions.counts.held).toBe(0);
  });

  it('for its address alone', async () => {
    policy({ evict: true, networks: ['192.0.2.0/24'] });
    await see(contact('b', PHONE, { source: seenAt('198.51.100.66:5060') }));
    expect(taken).toEqual([]);
  });
});

describe('what is not put back', () => {
  const displace = async () => {
    await see(contact('b', 'thief'));
    return taken.at(-1)?.restore;
  };

  it('a phone that unregistered by itself', async () => {
    await see(contact('a', PHONE));
    left.add(id('a'));
    await see();
    expect(await displace()).toEqual([]);
  });

  it('one that went well before the thief came', async () => {
    await see(contact('a', PHONE));
    await see();
    now += 3000;
    expect(await displace()).toEqual([]);
  });

  it('one that has expired', async () => {
    await see(contact('a', PHONE, { expires: now / 1000 + 10 }));
    now += 11_000;
    expect(await displace()).toEqual([]);
  });

  it('one that the lock no longer accepts', async () => {
    await see(contact('a', PHONE));
    table.setPolicy('1001', { ...NO_POLICY, evict: true, lock: lockTo('another') });
    expect(await displace()).toEqual([]);
  });

  it('one whose phone is back with another contact', async () => {
    await see(contact('a', PHONE), contact('x', 'thief'));
    policy({ evict: false });
    await see(contact('x', 'thief'));
    policy({ evict: true });
    await see(contact('c', PHONE), contact('x', 'thief', { expires: EXPIRES + 5 }));
    expect(taken.at(-1)?.restore).toEqual([]);
  });

  it.each([
    ['one that went while the service was away, and nobody took its place', [], []],
    ['one that the first list shows, and that goes by itself after', [contact('a', PHONE)], []],
    ['but one whose place a thief had taken then', [contact('x', 'thief')], [id('a')]],
  ])('%s', async (_, listed, restored) => {
    const was = contact('a', PHONE);
    reactions = make([was], new Map([[was.id, 'stored']]));
    await see(...listed, 'listed', 'no REGISTER');
    reactions.onListed();
    left.add(id('a'));
    await see(...listed.filter(({ id: one }) => one !== id('a')));
    now += 60_000;
    expect(await displace()).toEqual(restored);
  });

  it('one that is outside the networks since', async () => {
    await see(contact('a', PHONE));
    policy({ evict: true, networks: ['198.51.100.0/24'] });
    expect(await displace()).toEqual([]);
  });

  it('a connection that was lost while nobody watched', async () => {
    await see(contact('a', PHONE, { uri: 'sip:1001@192.0.2.10:5060;transport=TLS' }));
    await see(contact('b', 'thief'), 'listed');
    expect(taken).toEqual([{ evict: [id('b')], restore: [] }]);
  });
});

it('tries again where Asterisk did not answer', async () => {
  failure = new AsteriskError('timeout', 'no answer');
  await see(contact('b', 'thief'));
  failure = undefined;
  await until(() => taken.length === 2);
  expect(recorded).toMatchObject([{ kind: 'evicted' }]);
});

it('says only now and then that a phone cannot be put back, however often', async () => {
  isPutBackRefused = true;
  await see(contact('a', PHONE));
  for (let n = 0; n < 30; n++) {
    await see(contact('b', 'thief', { expires: EXPIRES + n }));
    await see();
  }
  expect(taken).toHaveLength(30);
  expect(warned).toHaveLength(1);
});

it('says once that a fight is limited, and goes on with it', async () => {
  for (let n = 0; n < 60; n++) {
    await see(contact('b', 'thief', { expires: EXPIRES + n }));
    await see();
  }
  expect(taken).toHaveLength(40);
  expect(warned).toEqual(['a wrong device registers so often that its evictions are limited']);
  expect(reactions.counts).toMatchObject({ evicted: 40, held: 1 });
});

describe('calls in progress', () => {
  beforeEach(() => policy({ hangUp: true }));

  it("are ended where they are the thief's, but not an emergency", async () => {
    await see(contact('b', 'thief', { source: seenAt('198.51.100.66:5060') }));
    expect(hungUp).toEqual(['thief']);
    expect(recorded).toMatchObject([{ kind: 'hung-up', count: 1 }]);
  });

  it.each(['likely', 'claimed'] as const)('go on where the address is only %s', async (proof) => {
    const address = parseAddress('198.51.100.66:5060');
    await see(contact('b', 'thief', { source: address && { address, proof } }));
    expect(hungUp).toEqual([]);
  });

  it('go on where the right phone is at the same address', async () => {
    const source = seenAt('198.51.100.66:5060');
    await see(contact('a', PHONE, { source }), contact('b', 'thief', { source }));
    expect(hungUp).toEqual([]);
  });
});

describe('calls in progress of what is no wrong device any more', () => {
  const thief = () => contact('b', 'thief', { source: seenAt('198.51.100.66:5060') });
  beforeEach(() => policy({ hangUp: true }));

  it('go on while a new phone is expected', async () => {
    isAwaited = true;
    await see(thief());
    expect(hungUp).toEqual([]);
  });

  it('go on where the lock has come to accept it meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    channels = promise;
    await see(thief());
    await see();
    policy({ hangUp: true, lock: lockTo('thief') });
    resolve();
    for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
    expect(hungUp).toEqual([]);
  });
});

function make(remembered: readonly Contact[] = [], kept = new Map<string, string>()): Reactions {
  const ignore = () => undefined;
  const logger = {
    debug: ignore,
    info: ignore,
    warn: (_: object, words: string) => warned.push(words),
    error: ignore,
  };
  return new Reactions({
    ...{ table, logger, now: () => now },
    isAwaited: () => isAwaited,
    book: { heldBy: ({ extension }) => ({ ...VIOLATION, extension }) },
    asterisk: {
      connected: true,
      storedContacts: async (ids) => ids.flatMap((one) => stored(one)),
      takeBack: async (_, evict, restore) => {
        taken.push({ evict, restore: restore.map(({ contact: { id } }) => id) });
        if (failure !== undefined) throw failure;
        return isPutBackRefused ? [] : restore.map(({ contact: { id } }) => id);
      },
      settle: async () => undefined,
      channelsOf: async () => {
        await channels;
        return [
          { id: 'thief', address: parseAddress('198.51.100.66:5060'), isEmergency: false },
          { id: 'emergency', address: parseAddress('198.51.100.66:5060'), isEmergency: true },
          { id: 'phone', address: parseAddress('192.0.2.10:5060'), isEmergency: false },
        ];
      },
      hangUp: async (channel) => void hungUp.push(channel),
    },
    tracker: () => ({
      puttingBack: (contacts) => {
        for (const { id: one } of contacts) putBack.add(one);
      },
      isPutBack: ({ id: one }) => putBack.has(one),
      tookBack: ignore,
      hasLeft: ({ id: one }) => left.has(one),
    }),
    store: { addReaction: (reaction) => recorded.push(reaction), keepContact: ignore },
    events: new EventLog(logger, () => now),
    ...{ remembered, kept },
  });

  function stored(one: string): StoredContact[] {
    const found = table.contacts('1001').find(({ contact }) => contact.id === one);
    return found === undefined ? [] : [{ contact: found.contact, stored: one }];
  }
}

const VIOLATION: Violation = {
  id: 1,
  extension: '1001',
  userAgent: userAgentFromText('thief'),
  address: undefined,
  reason: 'wrong-device',
  by: ['REGISTER'],
  mode: 'enforce',
  firstSeen: 1,
  lastSeen: 1,
  registers: 1,
  calls: 0,
  dialled: undefined,
  ended: undefined,
};

function lockTo(userAgent: string) {
  return { alternatives: [{ kind: 'device', userAgent }] } as const;
}

function policy(own: Partial<ExtensionPolicy>): void {
  table.setPolicy('1001', { ...NO_POLICY, lock: lockTo(PHONE), ...own });
}

/** These contacts are registered at 1001 now; resolves when what follows at once has followed. */
async function see(...seen: (Contact | 'no REGISTER' | 'listed')[]): Promise<void> {
  const contacts = seen.filter((one) => typeof one === 'object');
  const changes = table.applyContacts('1001', contacts);
  const came = seen.includes('no REGISTER') ? [] : changes.map(({ contact: { id: one } }) => one);
  reactions.onChanges('1001', changes, new Set(came), seen.includes('listed'));
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!isSo() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
}

function id(letter: string): string {
  return `1001;@${letter}`;
}

function seenAt(text: string): Contact['source'] {
  const address = parseAddress(text);
  return address === undefined ? undefined : { address, proof: 'seen' };
}

function contact(letter: string, userAgent: string, change: Partial<Contact> = {}): Contact {
  return {
    id: id(letter),
    extension: '1001',
    uri: `sip:1001@192.0.2.10:5060;x=${letter}`,
    userAgent: userAgentFromText(userAgent),
    callId: letter,
    expires: EXPIRES,
    source: seenAt('192.0.2.10:5060'),
    ...change,
  };
}
