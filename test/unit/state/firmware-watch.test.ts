/** An extension whose device lock may follow its phone's firmware, in the table that answers calls. */
import { beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/domain/address.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import type { Alternative } from '../../../src/domain/lock.ts';
import { type FirmwareDrift, NO_POLICY } from '../../../src/domain/policy.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import { judgeCall } from '../../../src/domain/verdict.ts';
import { ExtensionTable } from '../../../src/state/extension-table.ts';

const OLD = 'Yealink SIP-T46U 108.86.0.20';
const NEW = 'Yealink SIP-T46U 108.86.0.90';
const [HERE, ELSEWHERE] = ['192.0.2.10:5060', '198.51.100.66:5060'];
const CALL_ID = '0_123456@192.0.2.10';

let table: ExtensionTable;
/** Milliseconds since the epoch. */
let now: number;
beforeEach(() => {
  now = 1_790_000_000_000;
  table = new ExtensionTable(() => now);
  table.markLoaded();
  table.markContactsListed();
  table.setExtensions(new Map([['1001', undefined]]));
  lock('follow');
  table.applyContacts('1001', [contact(OLD, HERE)]);
});

describe('a call by a newer firmware', () => {
  it('passes from where the phone is registered, also before it registered anew', () => {
    expect(call(NEW, HERE)).toEqual({ kind: 'allow', reason: 'newer-firmware' });
    expect(call(NEW, HERE, 'of-another-make')).toMatchObject({ reason: 'wrong-device' });
  });

  it('is refused from anywhere else, and where the firmware is older', () => {
    expect(call(NEW, ELSEWHERE)).toEqual({ kind: 'deny', reason: 'wrong-device' });
    lock('follow', NEW);
    table.applyContacts('1001', [contact(NEW, HERE)]);
    expect(call(OLD, HERE)).toEqual({ kind: 'deny', reason: 'wrong-device' });
  });

  it('with its MAC passes from a new place only after it registered there', () => {
    const [old, newer] = ['Fanvil X6U-V2 2.12.16.18 0c383e32a7cb', 'Fanvil X6U-V2 2.12.17.2 0c383e32a7cb'];
    lock('follow', old);
    table.applyContacts('1001', [contact(old, HERE)]);
    now += 3_600_000;
    expect(call(newer, HERE).kind).toBe('allow');
    expect(call(newer, ELSEWHERE).kind).toBe('deny');
    expect(update(newer, ELSEWHERE)).toMatchObject({ of: old });
  });

  it('is refused and said where an operator wants to be told, and is another device where not', () => {
    lock('notify');
    expect(call(NEW, HERE)).toEqual({ kind: 'deny', reason: 'newer-firmware' });
    lock('off');
    expect(call(NEW, HERE)).toEqual({ kind: 'deny', reason: 'wrong-device' });
  });

  it('still has to be within the networks', () => {
    table.setPolicy('1001', { ...table.policy('1001'), networks: ['203.0.113.0/24'] });
    expect(call(NEW, HERE)).toEqual({ kind: 'deny', reason: 'wrong-network' });
    expect(update(NEW, HERE)).toBeUndefined();
  });
});

describe('a thief that knows what the phone says of itself', () => {
  const [old, newer] = ['Fanvil X6U-V2 2.12.16.18 0c383e32a7cb', 'Fanvil X6U-V2 2.12.17.2 0c383e32a7cb'];
  const stolen = (userAgent: string, change: Partial<Contact> = {}) => ({
    ...contact(userAgent, ELSEWHERE),
    ...{ id: '1001;@stolen', callId: 'its own', ...change },
  });

  it.each([
    ['without a MAC', OLD, NEW],
    ['with one', old, newer],
  ])("does not make its place the phone's by registering as the phone, %s", (_, was, is) => {
    lock('follow', was);
    table.applyContacts('1001', [contact(was, HERE)]);
    table.applyContacts('1001', [stolen(was, { expires: now / 1000 + 60 })]);
    expect(update(is, ELSEWHERE, 'its own')).toBeUndefined();
    expect(update(is, HERE)).toMatchObject({ of: was });
  });

  it('takes its place once its registration would be over', () => {
    now += 601_000;
    table.applyContacts('1001', [stolen(OLD)]);
    expect(update(NEW, ELSEWHERE, 'its own')).toMatchObject({ of: OLD });
    expect(update(NEW, HERE)).toBeUndefined();
  });

  it('is another than the phone that moves to a new place, which goes on with its Call-ID', () => {
    table.applyContacts('1001', [{ ...contact(OLD, ELSEWHERE), id: '1001;@moved' }]);
    expect(update(NEW, ELSEWHERE)).toMatchObject({ of: OLD });
    expect(update(NEW, HERE)).toBeUndefined();
  });
});

describe('a phone that comes back with a newer firmware', () => {
  it('is known again after its old registration went, at the same place', () => {
    table.applyContacts('1001', []);
    expect(update(NEW, HERE)).toEqual({ of: OLD, isFollowed: true });
    expect(update(NEW, ELSEWHERE)).toBeUndefined();
  });

  it('is known again after a restart of the service', () => {
    table = new ExtensionTable(() => now);
    table.markLoaded();
    lock('follow');
    expect(update(NEW, HERE)).toBeUndefined();
    table.recall([contact(OLD, HERE), contact('thief', ELSEWHERE)]);
    expect(update(NEW, HERE)).toMatchObject({ of: OLD });
  });

  it('is accepted beside the old one until the lock has moved, and not after that failed', () => {
    table.follow('1001', OLD, NEW);
    expect(call(NEW, ELSEWHERE).kind).toBe('allow');
    expect(call(OLD, HERE).kind).toBe('allow');
    expect(update(NEW, HERE)).toBeUndefined();
    table.unfollow('1001');
    expect(call(NEW, ELSEWHERE).kind).toBe('deny');
  });

  it('leaves its old registration behind, which is no intrusion until a REGISTER refreshes it', () => {
    const [old, fresh] = [contact(OLD, HERE), contact(NEW, '192.0.2.10:5062')];
    table.applyContacts('1001', [old, fresh]);
    table.follow('1001', OLD, NEW);
    lock('follow', NEW);
    const matches = () => table.contacts('1001').map((one) => one.matches);
    expect(matches()).toEqual([true, true]);
    expect(call(NEW, HERE)).toEqual({ kind: 'allow', reason: 'matches' });
    expect(call(OLD, HERE).kind).toBe('deny');
    table.applyContacts('1001', [{ ...old, expires: old.expires + 60 }, fresh]);
    expect(matches()).toEqual([false, true]);
  });

  it('has no such excuse once an operator locks the extension to another', () => {
    table.applyContacts('1001', [contact(OLD, HERE), contact(NEW, '192.0.2.10:5062')]);
    table.follow('1001', OLD, NEW);
    lock('follow', NEW);
    lock('follow', 'Zoiper rv2');
    expect(table.contacts('1001').map((one) => one.matches)).toEqual([false, false]);
  });

  it('is followed three times in an hour and no more', () => {
    let last = OLD;
    for (const version of ['108.86.0.21', '108.86.0.22', '108.86.0.23']) {
      const userAgent = `Yealink SIP-T46U ${version}`;
      expect(update(userAgent, HERE)).toBeDefined();
      table.follow('1001', last, userAgent);
      lock('follow', userAgent);
      last = userAgent;
      table.applyContacts('1001', [contact(userAgent, HERE)]);
    }
    expect(update(NEW, HERE)).toBeUndefined();
    now += 3_600_000;
    expect(update(NEW, HERE)).toBeDefined();
  });
});

it('asking what another lock would do makes nobody forget where the phone was', () => {
  const settings = { ...table.settings, firmwareDrift: 'follow' } as const;
  const policy = {
    ...NO_POLICY,
    lock: { alternatives: [{ kind: 'device', userAgent: 'Zoiper rv2' }] as const },
  };
  table.standingIf('1001', { settings, policy, compile: (lock) => table.compile(lock) });
  expect(update(NEW, HERE)).toMatchObject({ of: OLD });
});

it('a lock to a model or to what an operator wrote is nobody to follow', () => {
  table.setPolicy('1001', {
    ...NO_POLICY,
    firmwareDrift: 'follow',
    lock: { alternatives: [{ kind: 'custom', match: 'exact', value: OLD }] },
  });
  expect(update(NEW, HERE)).toBeUndefined();
});

function lock(firmwareDrift: FirmwareDrift, userAgent = OLD): void {
  const alternatives: Alternative[] = [{ kind: 'device', userAgent }];
  table.setPolicy('1001', { ...NO_POLICY, firmwareDrift, lock: { alternatives } });
}

function call(userAgent: string, from: string, callId = '0_987654@192.0.2.10') {
  const seen = { userAgent: userAgentFromText(userAgent), address: parseAddress(from), behind: [] };
  return judgeCall({ endpoint: '1001', ...seen, callId }, table.standingOf).verdict;
}

function update(userAgent: string, from: string, callId = CALL_ID) {
  return table.updateOf('1001', userAgentFromText(userAgent), { ip: parseAddress(from)?.ip, callId });
}

function contact(userAgent: string, from: string): Contact {
  const address = parseAddress(from, 'udp');
  return {
    ...{ id: `1001;@${userAgent}`, extension: '1001', uri: 'sip:1001@192.0.2.10', callId: CALL_ID },
    userAgent: userAgentFromText(userAgent),
    expires: now / 1000 + 600,
    source: address && { address, proof: 'seen' },
  };
}
