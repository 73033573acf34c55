import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAttributes, readContact } from '../../../../src/asterisk/ari/contacts.ts';
import { splitKeys } from '../../../../src/asterisk/ari/database.ts';

const ID = '1001;@ea04f54323d1af81e14b00ad47ffc1e5';

const record = (values: Record<string, string>) =>
  readAttributes(Object.entries(values).map(([attribute, value]) => ({ attribute, value })));

describe("Asterisk's record of a contact", () => {
  const values = {
    via_addr: '127.0.0.1',
    call_id: 'c6d10138ef280b3c@127.0.0.1',
    endpoint: '1001',
    uri: 'sip:1001@127.0.0.1:34599',
    user_agent: 'Other/2',
    expiration_time: '1795217123',
  };

  test('is a contact with a source that is only claimed', () => {
    expect(readContact(ID, record(values))).toEqual({
      id: ID,
      extension: '1001',
      uri: 'sip:1001@127.0.0.1:34599',
      userAgent: { kind: 'text', text: 'Other/2' },
      callId: 'c6d10138ef280b3c@127.0.0.1',
      expires: 1795217123,
      source: { address: { transport: 'udp', ip: '127.0.0.1', port: 34599 }, proof: 'claimed' },
    });
  });

  test('without a URI is none', () => {
    expect(readContact(ID, record({ ...values, uri: '' }))).toBeUndefined();
  });

  test('with a User-Agent that holds control characters is malformed evidence, not text', () => {
    const contact = readContact(ID, record({ ...values, user_agent: 'A\u0001\tB' }));
    expect(contact?.userAgent).toMatchObject({ kind: 'malformed', why: 'control-character' });
  });

  test('of any shape throws nothing but a refusal in words', () => {
    fc.assert(
      fc.property(fc.anything(), (answer) => {
        if (Array.isArray(answer)) readContact(ID, readAttributes(answer));
        else expect(() => readAttributes(answer)).toThrow(/without attributes/);
      }),
    );
  });
});

describe('the list of keys that DB_KEYS answers', () => {
  test('nothing is no key', () => {
    expect(splitKeys('')).toEqual([]);
  });

  test('an empty name first is the key itself', () => {
    expect(splitKeys(',b')).toEqual(['', 'b']);
  });

  test('any names come back as they were', () => {
    const name = fc.string({ unit: fc.constantFrom('a', ';', '@', ',', '-'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        const answer = names.map((one) => one.replaceAll(',', '\\,')).join(',');
        expect(splitKeys(answer)).toEqual(names);
      }),
    );
  });
});
