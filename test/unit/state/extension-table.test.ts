import { beforeEach, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/domain/address.ts';
import type { Contact } from '../../../src/domain/contact.ts';
import type { Alternative } from '../../../src/domain/lock.ts';
import type { PhoneModel } from '../../../src/domain/phone-model.ts';
import { NO_POLICY } from '../../../src/domain/policy.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import { ExtensionTable } from '../../../src/state/extension-table.ts';

const YEALINK: PhoneModel = {
  id: 'yealink-t',
  vendor: 'Yealink',
  model: 'T series',
  kind: 'desk',
  pattern: '^Yealink SIP-T\\d{2}[A-Z]* \\d+(\\.\\d+){3}$',
  matches: ['Yealink SIP-T46U 108.86.0.20'],
  rejects: ['Yealink W60B 77.83.0.85'],
};

let table: ExtensionTable;
/** Milliseconds since the epoch. */
let now: number;
beforeEach(() => {
  now = 1000;
  table = new ExtensionTable(() => now);
  table.markLoaded();
  table.markContactsListed();
  table.setModels([YEALINK]);
  table.setExtensions(
    new Map([
      ['1001', 'Ann'],
      ['1002', undefined],
    ]),
  );
});

describe('the lock in force', () => {
  it('is none until an operator decides', () => {
    expect(table.lockInForce('1001').source).toBe('none');
    expect(table.standingOf('1001')).toBe('no-lock');
  });

  it("is the extension's own before the fallback", () => {
    table.setSettings({ ...table.settings, fallback: 'yealink-t' });
    lock('1001', { kind: 'device', userAgent: 'Zoiper rv2' });
    expect(table.lockInForce('1001')).toMatchObject({ source: 'own' });
    expect(table.lockInForce('1002')).toMatchObject({ source: 'fallback' });
    expect(accepts('1001', 'Zoiper rv2')).toBe(true);
    expect(accepts('1002', 'Zoiper rv2')).toBe(false);
    expect(accepts('1002', 'Yealink SIP-T46U 108.86.0.20')).toBe(true);
  });

  it('never falls back on an endpoint that is no extension: a trunk', () => {
    table.setSettings({ ...table.settings, fallback: 'yealink-t' });
    table.applyContacts('trunk', [contact('trunk', 'SBC')]);
    expect(table.standingOf('trunk')).toBe('no-extension');
  });

  it('accepts any of several alternatives', () => {
    lock(
      '1001',
      { kind: 'model', model: 'yealink-t' },
      { kind: 'custom', match: 'prefix', value: 'Zoiper ' },
    );
    expect(accepts('1001', 'Yealink SIP-T46U 108.86.0.20')).toBe(true);
    expect(accepts('1001', 'Zoiper rv2')).toBe(true);
    expect(accepts('1001', 'zoiper rv2')).toBe(false);
  });

  it('accepts nothing where its phone model is gone from the library', () => {
    lock('1001', { kind: 'model', model: 'yealink-t' });
    table.setModels([]);
    expect(accepts('1001', 'Yealink SIP-T46U 108.86.0.20')).toBe(false);
  });

  it('stays on an extension that Asterisk no longer lists', () => {
    lock('1001', { kind: 'device', userAgent: 'A' });
    table.setExtensions(new Map());
    expect(accepts('1001', 'B')).toBe(false);
    expect(table.standingOf('1002')).toBe('no-extension');
  });

  it('takes the mode of the system until it has its own', () => {
    lock('1001', { kind: 'device', userAgent: 'A' });
    table.setSettings({ ...table.settings, mode: 'monitor' });
    expect(standing('1001').mode).toBe('monitor');
    table.setPolicy('1001', { ...table.policy('1001'), mode: 'enforce' });
    expect(standing('1001').mode).toBe('enforce');
  });
});

describe('contacts', () => {
  it('tells what appeared, was refreshed and went', () => {
    const first = contact('a', 'A');
    expect(table.applyContacts('1001', [first])).toMatchObject([{ kind: 'appeared' }]);
    expect(table.applyContacts('1001', [first])).toEqual([]);
    expect(table.applyContacts('1001', [{ ...first, expires: 9 }])).toMatchObject([{ kind: 'refreshed' }]);
    expect(table.applyContacts('1001', [])).toMatchObject([{ kind: 'gone' }]);
  });

  it('notices a refresh of the same contact with another User-Agent', () => {
    lock('1001', { kind: 'device', userAgent: 'A' });
    table.applyContacts('1001', [contact('a', 'A')]);
    const changes = table.applyContacts('1001', [contact('a', 'thief')]);
    expect(changes).toMatchObject([{ kind: 'refreshed', matches: false }]);
  });

  it('are judged anew by the very next question after a lock changes', () => {
    table.applyContacts('1001', [contact('a', 'A')]);
    lock('1001', { kind: 'device', userAgent: 'B' });
    expect(standing('1001').contacts).toMatchObject([{ matches: false }]);
    lock('1001', { kind: 'device', userAgent: 'A' });
    expect(standing('1001').contacts).toMatchObject([{ matches: true }]);
  });

  it('say nothing of a match where no lock is in force', () => {
    expect(table.applyContacts('1001', [contact('a', 'A')])).toMatchObject([{ matches: undefined }]);
  });
});

describe('devices that pass unasked', () => {
  beforeEach(() => lock('1001', { kind: 'device', userAgent: 'A' }));

  it('are those that match', () => {
    table.applyContacts('1001', [contact('a', 'A'), contact('b', 'thief')]);
    expect(passing()).toEqual(['a']);
  });

  it('keep passing when a wrong device displaces them, until they would have expired', () => {
    table.applyContacts('1001', [contact('a', 'A')]);
    table.applyContacts('1001', [contact('b', 'thief')]);
    expect(passing()).toEqual(['a']);
    now = contact('a', 'A').expires * 1000;
    expect(passing()).toEqual([]);
  });

  it('keep passing where Asterisk removes the old contact before it shows the new one', () => {
    table.applyContacts('1001', [contact('a', 'A')]);
    table.applyContacts('1001', []);
    table.applyContacts('1001', [contact('b', 'thief')]);
    expect(passing()).toEqual(['a']);
  });

  it('keep passing after the thief that displaced them is gone: they know nothing of it', () => {
    table.applyContacts('1001', [contact('a', 'A')]);
    table.applyContacts('1001', [contact('b', 'thief')]);
    now += 60_000;
    table.applyContacts('1001', []);
    expect(passing()).toEqual(['a']);
  });

  it('keep passing however often a thief comes and goes', () => {
    table.applyContacts('1001', [contact('a', 'A')]);
    for (let n = 0; n < 50; n++) {
      table.applyContacts('1001', [contact(`b${n}`, 'thief')]);
      table.applyContacts('1001', []);
    }
    expect(passing()).toEqual(['a']);
  });

  it('keep passing when a thief refreshes their own contact from elsewhere', () => {
    table.applyContacts('1001', [contact('a', 'A')]);
    const address = parseAddress('198.51.100.66:5060');
    const source = address && ({ address, proof: 'likely' } as const);
    table.applyContacts('1001', [{ ...contact('a', 'thief'), source }]);
    expect(passing()).toEqual(['a']);
    expect(standing('1001').displaced).toHaveLength(1);
  });

  it('do not pass any more when the same device at the same place turns into another', () => {
    table.applyContacts('1001', [contact('a', 'A')]);
    table.applyContacts('1001', [contact('a', 'thief')]);
    expect(passing()).toEqual([]);
  });

  it('do not pass any more after they unregistered, also when a thief comes later', () => {
    table.applyContacts('1001', [contact('a', 'A')]);
    table.applyContacts('1001', []);
    now += 60_000;
    table.applyContacts('1001', [contact('b', 'thief')]);
    expect(passing()).toEqual([]);
  });

  it('do not pass any more after they unregistered', () => {
    table.applyContacts('1001', [contact('a', 'A')]);
    table.applyContacts('1001', []);
    expect(passing()).toEqual([]);
  });

  it('do not pass any more once the lock is another', () => {
    table.applyContacts('1001', [contact('a', 'A')]);
    table.applyContacts('1001', [contact('b', 'thief')]);
    lock('1001', { kind: 'device', userAgent: 'C' });
    expect(passing()).toEqual([]);
  });

  const passing = () => table.matchingContacts('1001').map(({ id }) => id);
});

describe('networks', () => {
  const HERE = '192.0.2.10';
  const matches = () => table.contacts('1001').map((one) => one.matches);
  const restrict = (...networks: string[]) =>
    table.setPolicy('1001', {
      ...NO_POLICY,
      lock: { alternatives: [{ kind: 'device', userAgent: 'A' }] },
      networks,
    });

  it('make a right device outside a wrong one, until they are changed', () => {
    restrict('198.51.100.0/24');
    expect(table.applyContacts('1001', [contact('a', 'A')])).toMatchObject([{ matches: false }]);
    expect(table.matchingContacts('1001')).toEqual([]);
    restrict('198.51.100.0/24', '192.0.2.0/24');
    expect(matches()).toEqual([true]);
  });

  it('hold nothing against a device whose address its REGISTER only claimed', () => {
    restrict('198.51.100.0/24');
    const address = parseAddress('10.0.0.9:5060');
    const claimed = { ...contact('a', 'A'), source: address && { address, proof: 'claimed' as const } };
    table.applyContacts('1001', [claimed]);
    expect(matches()).toEqual([true]);
    expect(table.isWithin('1001', '10.0.0.9')).toBe(false);
  });

  it('are not asked for while a name among them was never looked up, and then are', () => {
    restrict('office.example');
    table.applyContacts('1001', [contact('a', 'A')]);
    expect(matches()).toEqual([true]);
    expect([...table.hostNames]).toEqual(['office.example']);
    expect(table.unknownHostNames).toEqual(['office.example']);
    expect(table.withHostName('office.example')).toEqual(['1001']);
    table.setAddresses('office.example', ['203.0.113.5']);
    expect(matches()).toEqual([false]);
    table.setAddresses('office.example', ['203.0.113.5', HERE]);
    expect(matches()).toEqual([true]);
    expect(table.unknownHostNames).toEqual([]);
  });

  it('come from the system where the extension has none of its own', () => {
    lock('1001', { kind: 'device', userAgent: 'A' });
    table.setSettings({ ...table.settings, networks: ['private', 'vpn.example'] });
    table.setAddresses('vpn.example', []);
    table.applyContacts('1001', [contact('a', 'A')]);
    expect(matches()).toEqual([false]);
    expect(table.withHostName('vpn.example').sort()).toEqual(['1001', '1002']);
    restrict();
    expect(matches()).toEqual([true]);
    expect(table.withHostName('vpn.example')).toEqual(['1002']);
  });

  it('let no displaced contact outside them stand for its phone', () => {
    lock('1001', { kind: 'device', userAgent: 'A' });
    table.applyContacts('1001', [contact('a', 'A')]);
    table.applyContacts('1001', [contact('b', 'thief')]);
    expect(standing('1001').displaced).toHaveLength(1);
    restrict('198.51.100.0/24');
    expect(standing('1001').displaced).toEqual([]);
  });
});

it('forgets an extension that is neither listed, locked nor registered', () => {
  table.applyContacts('2000', [contact('x', 'A')]);
  table.applyContacts('2000', []);
  expect(table.has('2000')).toBe(false);
});

function lock(extension: string, ...alternatives: Alternative[]) {
  table.setPolicy(extension, { ...NO_POLICY, lock: { alternatives } });
}

function standing(extension: string) {
  const found = table.standingOf(extension);
  if (typeof found !== 'object') throw new Error(`no standing: ${found}`);
  return found;
}

function accepts(extension: string, userAgent: string) {
  return standing(extension).accepts(userAgentFromText(userAgent));
}

function contact(id: string, userAgent: string): Contact {
  const address = parseAddress('192.0.2.10:5060');
  return {
    id,
    extension: '1001',
    uri: `sip:${id}@192.0.2.10`,
    userAgent: userAgentFromText(userAgent),
    callId: id,
    expires: 1000,
    source: address === undefined ? undefined : { address, proof: 'seen' },
  };
}
