/** What both Asterisks really sent when phones registered and PJSIP was reloaded, as the port tells it. */
import { describe, expect, test } from 'vitest';
import { contactFromJson, contactId } from '../../../../src/asterisk/ami/contact-fields.ts';
import { readEvent } from '../../../../src/asterisk/ami/events.ts';
import { AmiMessage } from '../../../../src/asterisk/ami/message.ts';
import { URIS } from './capture-plan.ts';
import { RecordedAsterisk, VERSIONS } from './recorded.ts';

const read = (...lines: string[]) => {
  const message = AmiMessage.parse(Buffer.from(lines.join('\r\n')));
  return message === undefined ? undefined : readEvent(message);
};

describe.each(VERSIONS)('Asterisk %s', (version) => {
  const happenings = new RecordedAsterisk(version).events.map(readEvent).filter((one) => one !== undefined);

  test('each REGISTER is a login from the address its packet came from', () => {
    const logins = happenings.filter(({ kind }) => kind === 'authenticated');
    expect(logins.slice(0, 5)).toEqual(
      [
        ['1011', 'trace-awkward'],
        ['1001', 'trace-plain'],
        ['1012', 'trace-not-utf8'],
        ['1013', 'trace-too-long'],
        ['1013', 'trace-absent'],
      ].map(([endpoint, callId]) => ({
        kind: 'authenticated',
        login: { endpoint, callId, address: { transport: 'udp', ip: '127.0.0.1', port: expect.any(Number) } },
      })),
    );
  });

  test('each new contact is a change at its AOR', () => {
    const changes = happenings.filter(({ kind }) => kind === 'contactChanged');
    expect(changes.slice(0, 5)).toEqual(
      [
        ['1011', URIS.awkward],
        ['1001', URIS.plain],
        ['1012', URIS.notUtf8],
        ['1013', URIS.tooLong],
        ['1013', URIS.absent],
      ].map(([aor, uri]) => ({ kind: 'contactChanged', change: { aor, uri, removed: false } })),
    );
  });

  test('a reload of PJSIP is told once', () => {
    expect(happenings.filter(({ kind }) => kind === 'reloaded')).toHaveLength(1);
  });

  test('a login of a manager is nobody’s business', () => {
    const ours = happenings.filter(
      (one) => one.kind === 'authenticated' && one.login.endpoint === 'device-lock',
    );
    expect(ours).toEqual([]);
  });
});

test('a removed contact is told as removed', () => {
  const lines = ['Event: ContactStatus', 'URI: sip:1001@192.0.2.1', 'ContactStatus: Removed', 'AOR: 1001'];
  expect(read(...lines)).toEqual({
    kind: 'contactChanged',
    change: { aor: '1001', uri: 'sip:1001@192.0.2.1', removed: true },
  });
});

test('a login over IPv6 has its address, one without a readable address has none', () => {
  const login = (address: string) =>
    read('Event: SuccessfulAuth', 'Service: PJSIP', 'AccountID: 1001', `RemoteAddress: ${address}`);
  expect(login('IPV6/UDP/::1/56870')).toEqual({
    kind: 'authenticated',
    login: { endpoint: '1001', callId: '', address: { transport: 'udp', ip: '::1', port: 56870 } },
  });
  expect(login('<unknown>')).toMatchObject({ login: { address: undefined } });
});

test('a Call-ID of any length is the same in the event and in the contact', () => {
  const callId = 'c'.repeat(20_000);
  const login = read('Event: SuccessfulAuth', 'Service: PJSIP', 'AccountID: 1001', `SessionID: ${callId}`);
  const id = contactId('1001', URIS.plain);
  const contact = contactFromJson(id, JSON.stringify({ uri: URIS.plain, call_id: callId }));
  const kept = 'c'.repeat(256);
  expect(login).toMatchObject({ login: { callId: kept } });
  expect(contact).toMatchObject({ callId: kept });
});

test.each([
  ['a reload of something else', ['Event: Reload', 'Module: app_queue.so']],
  ['a contact without an AOR', ['Event: ContactStatus', 'URI: sip:x']],
  ['a contact without a URI', ['Event: ContactStatus', 'AOR: 1001']],
  ['a login of nobody', ['Event: SuccessfulAuth', 'Service: PJSIP', 'AccountID: ']],
  ['an event of another kind', ['Event: Newchannel', 'AOR: 1001', 'URI: sip:x']],
  ['an answer', ['Response: Success', 'Event: ContactStatus', 'AOR: 1001', 'URI: sip:x']],
  ['nothing', ['']],
])('%s is passed over', (_, lines) => {
  expect(read(...lines)).toBeUndefined();
});
