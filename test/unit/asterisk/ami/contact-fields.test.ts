/** Whatever a stranger wrote into a REGISTER, what is made of it is a contact or nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimedSource, contactFromJson, contactId } from '../../../../src/asterisk/ami/contact-fields.ts';

const ID = `1001;@${'0'.repeat(32)}`;
const STORED = {
  uri: 'sip:1001@192.0.2.1:5062',
  user_agent: 'Phone/1',
  call_id: 'c@x',
  expiration_time: '1795218769',
  endpoint: '1001',
};

test('the id of a contact is made of its AOR and URI, as Asterisk makes it', () => {
  expect(contactId('1001', 'sip:1001@127.0.0.1:36916')).toBe('1001;@aa5dc42b12f5e1618f04f76eda613761');
});

test.each([
  ['sip:1001@192.0.2.1:5062', 'udp', '192.0.2.1', 5062],
  ['sip:1001@192.0.2.1', 'udp', '192.0.2.1', 5060],
  ['sip:192.0.2.1', 'udp', '192.0.2.1', 5060],
  ['sip:1001@192.0.2.1:5062;transport=TCP;ob', 'tcp', '192.0.2.1', 5062],
  ['sip:1001@192.0.2.1;transport=tls', 'tls', '192.0.2.1', 5061],
  ['sips:1001@192.0.2.1', 'tls', '192.0.2.1', 5061],
  ['SIP:1001@[2001:DB8::1]:5070;x=y', 'udp', '2001:db8::1', 5070],
  ['sip:1001@[::1]?X=y', 'udp', '::1', 5060],
  ['sip:1001@127.0.0.1:44472;x-ast-orig-host=192.0.2.11:0', 'udp', '127.0.0.1', 44472],
  ['sip:1001@192.0.2.1:5062;transport=carrier-pigeon', 'unknown', '192.0.2.1', 5062],
] as const)('%s claims to be at its host and port', (uri, transport, ip, port) => {
  expect(claimedSource(uri)).toEqual({ address: { transport, ip, port }, proof: 'claimed' });
});

test.each([
  'sip:1001@phone.example:5060',
  'sip:1001@df7jal23ls0d.invalid;transport=ws',
  'sip:1001@192.0.2.1:99999',
  'sip:1001@192.0.2.1:0',
  'sip:1001@192.0.2.1:5060x',
  'sip:127.0.0.1;x="a@192.0.2.1"',
  'tel:+4420600',
  '',
])('%j claims no address', (uri) => {
  expect(claimedSource(uri)).toBeUndefined();
});

test('a stored contact without a URI is a stray, which looks like nobody’s phone', () => {
  const { uri: _, ...without } = STORED;
  expect(contactFromJson(ID, JSON.stringify(without))).toMatchObject({
    ...{ id: ID, extension: '1001', uri: '', callId: 'c@x', expires: 1795218769, source: undefined },
    userAgent: { kind: 'malformed', shown: 'Phone/1' },
  });
});

test('a contact of the configuration is none', () => {
  expect(contactFromJson(`trunk@@${'0'.repeat(32)}`, JSON.stringify(STORED))).toBe('unreadable');
});

test('an endpoint that Asterisk did not store has the AOR’s name', () => {
  expect(contactFromJson(ID, JSON.stringify({ ...STORED, endpoint: '' }))).toMatchObject({
    extension: '1001',
  });
});

test('JSON that Asterisk cut is told from JSON that says nothing', () => {
  expect(contactFromJson(ID, JSON.stringify(STORED).slice(0, 40))).toBe('cut');
  for (const json of ['null', '1', '"x"', '[]', '{}']) expect(contactFromJson(ID, json)).toBe('unreadable');
});

test('values of another type or a deeper shape are taken for none', () => {
  const odd = { ...STORED, user_agent: { toString: 'x' }, call_id: 7, expiration_time: 'soon' };
  expect(contactFromJson(ID, JSON.stringify(odd))).toMatchObject({
    userAgent: { kind: 'absent' },
    callId: '',
    expires: 0,
  });
});

test('a control character that AstDB keeps escaped is seen', () => {
  const json = JSON.stringify({ ...STORED, user_agent: 'a\u001b[31mb' });
  expect(contactFromJson(ID, json)).toMatchObject({
    userAgent: { kind: 'malformed', why: 'control-character' },
  });
});

test('no id, JSON or URI makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.json(), fc.string({ unit: 'binary' }), (id, json, uri) => {
      contactFromJson(id, json);
      contactFromJson(ID, json);
      const contact = contactFromJson(ID, JSON.stringify({ ...STORED, uri }));
      if (typeof contact === 'object') expect(contact.uri).toBe(uri);
      claimedSource(`sip:${uri}`);
    }),
  );
});
