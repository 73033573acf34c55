import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HeaderLine } from '../../sip/encode.ts';
import type { Reaction } from '../../sip/incoming-call.ts';
import type { SipResponse } from '../../sip/message.ts';
import { parseNameAddr } from '../../sip/name-addr.ts';
import { SipPhone } from '../../sip/phone.ts';
import { ScriptedServer } from './scripted-server.ts';

const OFFER = 'v=0\r\nm=audio 9 RTP/AVP 8\r\n';

let server: ScriptedServer;
let phone: SipPhone;

beforeEach(async () => {
  server = await ScriptedServer.open();
  phone = await SipPhone.open({ server: server.address, user: '1001', password: 'x', userAgent: 'Desk/1.0' });
  await phone.register();
});

afterEach(async () => {
  await phone.close();
  await server.close();
});

function lines(method: string, cseq = 1, to = '<sip:1001@127.0.0.1>'): HeaderLine[] {
  return [
    ['From', '"Caller" <sip:2000@127.0.0.1>;tag=callertag'],
    ['To', to],
    ['Call-ID', 'incoming1'],
    ['CSeq', `${cseq} ${method}`],
    ['Contact', '<sip:server@127.0.0.1:1>'],
  ];
}

function ring(body = OFFER): void {
  server.ask('INVITE', 'z9hG4bKi', lines('INVITE'), body);
}

function answer(): Promise<SipResponse> {
  return server.responses.next(2000);
}

function acknowledge(response: SipResponse): void {
  server.ask('ACK', 'z9hG4bKi', lines('ACK', 1, response.headers.get('to')));
}

describe('a call that comes', () => {
  it('rings, and can be answered later', async () => {
    ring();
    const call = await phone.incoming();
    expect(call).toMatchObject({ callId: 'incoming1', requestUri: 'sip:phone', isAnswered: false });
    expect(call.from).toBe('"Caller" <sip:2000@127.0.0.1>;tag=callertag');
    const ringing = await answer();
    expect(ringing.status).toBe(180);
    await call.answer();
    const ok = await answer();
    expect(ok).toMatchObject({ status: 200 });
    expect(ok.headers.get('to')).toBe(ringing.headers.get('to'));
    expect(ok.headers.get('contact')).toBe(`<${phone.contactUri}>`);
    expect(ok.body.toString()).toContain('RTP/AVP 8\r\n');
    acknowledge(ok);
    await expect(call.answer()).rejects.toMatchObject({ fault: 'closed' });
    await call.hangup();
    const bye = await server.next('BYE');
    expect(bye.uri).toBe('sip:server@127.0.0.1:1');
    expect(bye.headers.get('from')).toBe(ok.headers.get('to'));
    expect(bye.headers.get('to')).toBe(call.from);
    expect(await call.ended).toBe('local');
  });

  it('ends when the caller hangs up', async () => {
    phone.onInvite = () => 'answer';
    ring();
    const call = await phone.incoming();
    const ok = await answer();
    acknowledge(ok);
    server.ask('BYE', 'z9hG4bKb', lines('BYE', 2, ok.headers.get('to')));
    expect(await call.ended).toBe('remote');
    expect(await answer()).toMatchObject({ status: 200 });
  });

  it('ends when the caller gives up while it rings', async () => {
    ring();
    const call = await phone.incoming();
    await answer();
    server.ask('CANCEL', 'z9hG4bKi', lines('CANCEL'));
    const statuses = [await answer(), await answer()].map(({ status }) => status);
    expect(statuses).toEqual([200, 487]);
    expect(await call.ended).toBe('remote');
    await expect(call.answer()).rejects.toMatchObject({ fault: 'closed' });
  });

  it.each<[string, Reaction, number, string | undefined]>([
    ['busy', 'busy', 486, undefined],
    ['refused', { reject: 603, reason: 'Go away' }, 603, undefined],
    ['sent on to a number', { redirect: '1003' }, 302, 'sip:1003@127.0.0.1'],
    ['sent on to a URI', { redirect: 'sip:x@elsewhere' }, 302, 'sip:x@elsewhere'],
  ])('can be %s', async (_, reaction, status, target) => {
    phone.onInvite = () => reaction;
    ring();
    const call = await phone.incoming();
    const refused = await answer();
    expect(refused.status).toBe(status);
    if (status === 603) expect(refused.reason).toBe('Go away');
    if (target !== undefined) {
      expect(parseNameAddr(refused.headers.get('contact') ?? '')?.uri).toMatch(target);
    }
    acknowledge(refused);
    await call.acknowledged;
    expect(await call.ended).toBe('local');
    await call.hangup();
  });

  it('is told so where nothing can be agreed on', async () => {
    phone.onInvite = () => 'answer';
    ring('v=0\r\nm=audio 9 RTP/AVP 9\r\n');
    const call = await phone.incoming();
    expect(await answer()).toMatchObject({ status: 488 });
    expect(await call.ended).toBe('local');
  });

  it('is offered what the phone has where it brings no offer', async () => {
    phone.onInvite = () => 'answer';
    ring('');
    const ok = await answer();
    expect(ok.body.toString()).toContain('RTP/AVP 0 8\r\n');
    acknowledge(ok);
  });

  it('is refused when the phone is closed', async () => {
    ring();
    const call = await phone.incoming();
    await answer();
    const closing = phone.close();
    const refused = await answer();
    expect(refused).toMatchObject({ status: 480 });
    acknowledge(refused);
    await closing;
    expect(await call.ended).toBe('local');
  });
});

describe('any other request', () => {
  it.each([
    ['OPTIONS', 200],
    ['NOTIFY', 200],
    ['MESSAGE', 200],
    ['PUBLISH', 405],
    ['CANCEL', 481],
  ])('%s outside a call is answered %d', async (method, status) => {
    server.ask(method, 'z9hG4bKo', lines(method));
    const response = await answer();
    expect(response.status).toBe(status);
    expect(response.headers.get('user-agent')).toBe('Desk/1.0');
  });

  it('within a call that is not there is answered 481', async () => {
    server.ask('BYE', 'z9hG4bKo', lines('BYE', 1, '<sip:1001@127.0.0.1>;tag=gone'));
    expect(await answer()).toMatchObject({ status: 481 });
  });

  it('that is malformed is passed over', async () => {
    server.send(Buffer.from('\r\n\r\n'));
    server.send(Buffer.from('OPTIONS sip:phone SIP/2.0\r\n\r\n'));
    server.ask('OPTIONS', 'z9hG4bKo', lines('OPTIONS'));
    expect(await answer()).toMatchObject({ status: 200 });
  });
});
