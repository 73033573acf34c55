import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HeaderLine } from '../../sip/encode.ts';
import type { SipRequest } from '../../sip/message.ts';
import { SipPhone } from '../../sip/phone.ts';
import { type Script, ScriptedServer } from './scripted-server.ts';

const CHALLENGE: HeaderLine = ['WWW-Authenticate', 'Digest realm="asterisk",nonce="n",qop="auth"'];
const CONTACT: HeaderLine = ['Contact', '<sip:server@127.0.0.1:1>'];

let server: ScriptedServer;
let phone: SipPhone;

beforeEach(async () => {
  server = await ScriptedServer.open();
  phone = await SipPhone.open({
    server: server.address,
    user: '1001',
    password: 'secret',
    userAgent: 'Desk/1.0',
    localIp: '127.0.0.5',
  });
});

afterEach(async () => {
  await phone.close();
  await server.close();
});

/** Wants credentials for everything but ACK, BYE and CANCEL; then answers as told. */
function challenging(script: Script): Script {
  return (request) => {
    const isFree = request.method === 'BYE' || request.method === 'CANCEL';
    const hasCredentials = request.headers.get('authorization') !== undefined;
    return isFree || hasCredentials ? script(request) : [{ status: 401, lines: [CHALLENGE] }];
  };
}

function header(request: SipRequest | undefined, name: string): string | undefined {
  return request?.headers.get(name);
}

describe('registering', () => {
  it('answers the challenge and says when the 200 was here', async () => {
    server.script = challenging(() => [{ status: 200 }]);
    const before = Date.now();
    const result = await phone.register({ expires: 60, headers: [['X-A', '1']] });
    expect(result.status).toBe(200);
    expect(result.ms).toBeCloseTo(result.at - result.sentAt, 3);
    expect(result.at).toBeGreaterThanOrEqual(before - 1);
    const [first, second] = server.requests;
    expect(header(first, 'authorization')).toBeUndefined();
    expect(header(second, 'authorization')).toContain('username="1001", realm="asterisk", nonce="n"');
    expect(header(second, 'contact')).toBe(`<sip:1001@127.0.0.5:${phone.address.port}>`);
    expect(header(second, 'expires')).toBe('60');
    expect(header(second, 'x-a')).toBe('1');
    expect(header(second, 'user-agent')).toBe('Desk/1.0');
  });

  it('keeps its Call-ID, its tag and its contact, and counts on', async () => {
    await phone.register({ contactUri: 'sip:elsewhere@127.0.0.9:5062', callId: 'mine' });
    await phone.register();
    await phone.register({ expires: 0 });
    const seen = server.requests.map((one) => [
      header(one, 'call-id'),
      header(one, 'cseq'),
      header(one, 'contact'),
    ]);
    expect(seen).toEqual([
      ['mine', '1 REGISTER', '<sip:elsewhere@127.0.0.9:5062>'],
      ['mine', '2 REGISTER', '<sip:elsewhere@127.0.0.9:5062>'],
      ['mine', '3 REGISTER', '<sip:elsewhere@127.0.0.9:5062>'],
    ]);
    expect(new Set(server.requests.map((one) => header(one, 'from'))).size).toBe(1);
    expect(header(server.requests[2], 'expires')).toBe('0');
  });

  it('can take every contact of the AOR away, and then has its own again', async () => {
    await phone.register({ contactUri: '*', expires: 0 });
    await phone.register();
    expect(server.requests.map((one) => header(one, 'contact'))).toEqual(['*', `<${phone.contactUri}>`]);
  });

  it('has another User-Agent, or none, for one request', async () => {
    await phone.register({ userAgent: Buffer.from([0x41, 0xff]) });
    await phone.register({ userAgent: null });
    await phone.register();
    expect(server.requests.map((one) => header(one, 'user-agent'))).toEqual(['A\xff', undefined, 'Desk/1.0']);
  });

  it('tells of a wrong password as a status, after one try', async () => {
    server.script = () => [{ status: 401, lines: [CHALLENGE] }];
    expect(await phone.register()).toMatchObject({ status: 401 });
    expect(server.requests).toHaveLength(2);
  });

  it('tries once more where the nonce was stale', async () => {
    server.script = () => [{ status: 401, lines: [[CHALLENGE[0] as string, `${CHALLENGE[1]},stale=true`]] }];
    expect(await phone.register()).toMatchObject({ status: 401 });
    expect(server.requests).toHaveLength(3);
  });

  it('fails where nobody answers', async () => {
    server.script = () => [];
    await expect(phone.register({ deadlineMs: 30 })).rejects.toMatchObject({ fault: 'timeout' });
  });
});

describe('placing a call', () => {
  it('is answered, acknowledged and hung up', async () => {
    server.script = challenging(({ method }) =>
      method === 'INVITE'
        ? [{ status: 100 }, { status: 183 }, { status: 200, lines: [CONTACT] }]
        : [{ status: 200 }],
    );
    const call = await phone.invite('100', { callId: 'call1', userAgent: 'Other', headers: [['X-A', '1']] });
    expect(call).toMatchObject({
      status: 200,
      provisional: [100, 183],
      callId: 'call1',
      answeredAt: call.at,
    });
    await call.hangup();
    expect(await call.ended).toBe('local');
    const [first, ack401, second, ack, bye] = server.requests;
    expect([first, ack401, second, ack, bye].map((one) => header(one, 'cseq'))).toEqual([
      '1 INVITE',
      '1 ACK',
      '2 INVITE',
      '2 ACK',
      '3 BYE',
    ]);
    expect(second?.uri).toBe(`sip:100@127.0.0.1:${server.address.port}`);
    expect(header(second, 'x-a')).toBe('1');
    expect(second?.body.toString()).toContain('m=audio');
    expect(header(ack401, 'via')).toBe(header(first, 'via'));
    expect(ack?.uri).toBe('sip:server@127.0.0.1:1');
    expect(header(ack, 'via')).not.toBe(header(second, 'via'));
    expect(header(ack, 'authorization')).toBe(header(second, 'authorization'));
    expect(header(bye, 'to')).toContain(';tag=servertag');
    expect(new Set(server.requests.map((one) => header(one, 'user-agent')))).toEqual(new Set(['Other']));
  });

  it('tells of a refusal as a status, with the headers of the answer', async () => {
    server.script = () => [{ status: 403, lines: [['Reason', 'Q.850;cause=21']] }];
    const call = await phone.invite('100');
    expect(call).toMatchObject({ status: 403, answeredAt: undefined, isCancelled: false });
    expect(call.headers.get('reason')).toBe('Q.850;cause=21');
    expect(await call.ended).toBe('unanswered');
    await call.hangup();
    await expect(call.refer('200')).rejects.toMatchObject({ fault: 'closed' });
    expect((await server.next('ACK')).headers.get('to')).toContain(';tag=servertag');
  });

  it('may say it is from anybody, with credentials of anybody', async () => {
    server.script = challenging(() => [{ status: 403 }]);
    await phone.invite('sip:200@elsewhere', {
      from: '"Eve" <sip:9@evil>',
      authUser: '1002',
      authPassword: 'x',
    });
    const [first, , second] = server.requests;
    expect(first?.uri).toBe('sip:200@elsewhere');
    expect(header(first, 'from')).toMatch(/^"Eve" <sip:9@evil>;tag=/);
    expect(header(second, 'authorization')).toContain('username="1002"');
  });

  it('is cancelled at its deadline', async () => {
    let invite: SipRequest | undefined;
    server.script = (request) => {
      if (request.method === 'INVITE') {
        invite = request;
        return [{ status: 180 }];
      }
      return [{ status: 200 }];
    };
    const placing = phone.invite('100', { deadlineMs: 400 });
    const cancel = await server.next('CANCEL');
    expect(header(cancel, 'via')).toBe(header(invite, 'via'));
    expect(header(cancel, 'cseq')).toBe('1 CANCEL');
    if (invite === undefined) throw new Error('no INVITE');
    server.send(terminated(invite));
    expect(await placing).toMatchObject({ status: 487, provisional: [180], isCancelled: true });
  });

  it('fails at its deadline where nobody answers, without a CANCEL', async () => {
    server.script = () => [];
    await expect(phone.invite('100', { deadlineMs: 50 })).rejects.toMatchObject({ fault: 'timeout' });
    expect(server.requests.map(({ method }) => method)).toEqual(['INVITE']);
  });

  it('is hung up where it is answered after nobody waits', async () => {
    server.script = () => [];
    await expect(phone.invite('100', { deadlineMs: 50 })).rejects.toMatchObject({ fault: 'timeout' });
    const [invite] = server.requests;
    if (invite === undefined) throw new Error('no INVITE');
    server.script = () => [{ status: 200 }];
    server.send(answered(invite));
    await server.next('ACK');
    await server.next('BYE');
  });

  it('ends when the other side hangs up', async () => {
    server.script = () => [{ status: 200, lines: [CONTACT] }];
    const call = await phone.invite('100');
    server.ask('BYE', 'z9hG4bKs1', within(server.requests[0], 'BYE'));
    expect(await call.ended).toBe('remote');
    expect(await server.responses.next(1000)).toMatchObject({ status: 200 });
  });

  it('is renegotiated when the other side asks, where they have a codec in common', async () => {
    server.script = () => [{ status: 200, lines: [CONTACT] }];
    await phone.invite('100');
    const [invite] = server.requests;
    server.ask('INVITE', 'z9hG4bKs1', within(invite, 'INVITE'), 'm=audio 9 RTP/AVP 0\r\n');
    expect((await server.responses.next(1000)).body.toString()).toContain('RTP/AVP 0\r\n');
    server.ask('INVITE', 'z9hG4bKs2', within(invite, 'INVITE', 2), 'm=audio 9 RTP/AVP 9\r\n');
    expect(await server.responses.next(1000)).toMatchObject({ status: 488 });
    server.ask('PUBLISH', 'z9hG4bKs3', within(invite, 'PUBLISH', 3));
    expect(await server.responses.next(1000)).toMatchObject({ status: 405 });
  });
});

describe('pressing keys', () => {
  it('sends each by INFO, until one is refused', async () => {
    let keys = 0;
    server.script = ({ method }) => [
      { status: method === 'INFO' && ++keys > 2 ? 415 : 200, lines: [CONTACT] },
    ];
    const call = await phone.invite('100');
    expect(await call.press('1#')).toBe(200);
    expect(await call.press('23')).toBe(415);
    const infos = server.requests.filter(({ method }) => method === 'INFO');
    expect(infos.map(({ body }) => body.toString())).toEqual(
      ['1', '#', '2'].map((key) => `Signal=${key}\r\nDuration=100\r\n`),
    );
    expect(header(infos[0], 'content-type')).toBe('application/dtmf-relay');
  });
});

describe('transferring a call', () => {
  /** Takes the REFER, and reports these statuses of it. */
  function reporting(statuses: readonly number[]): void {
    let count = 0;
    server.script = (request) => {
      if (request.method === 'REFER') {
        const invite = server.requests[0];
        setImmediate(() => {
          count += 1;
          const status = statuses[count - 1] ?? 500;
          const lines = within(invite, 'NOTIFY', count);
          server.ask('NOTIFY', `z9hG4bKn${count}a`, lines, 'SIP/2.0 100 Trying\r\n');
          server.ask('NOTIFY', `z9hG4bKn${count}b`, lines, `SIP/2.0 ${status} X\r\n`);
        });
        return [{ status: 202 }];
      }
      return [{ status: 200, lines: [CONTACT] }];
    };
  }

  it('refers the other side and hangs up when it is told of the success', async () => {
    reporting([200]);
    const call = await phone.invite('100');
    const { status } = await call.refer('200', { headers: [['Referred-By', '<sip:1001@a>']] });
    expect(status).toBe(202);
    expect(await call.transferred()).toBe(200);
    expect(await call.ended).toBe('local');
    expect(call.notified).toEqual([100, 200]);
    await server.next('BYE');
    const refer = server.requests.find(({ method }) => method === 'REFER');
    expect(header(refer, 'refer-to')).toBe(`<sip:200@127.0.0.1:${server.address.port}>`);
    expect(header(refer, 'referred-by')).toBe('<sip:1001@a>');
  });

  it('asks again while the other side is not joined yet', async () => {
    reporting([400, 400, 200]);
    const call = await phone.invite('100');
    expect(await call.transfer('200')).toBe(200);
    expect(server.requests.filter(({ method }) => method === 'REFER')).toHaveLength(3);
  });

  it('tells why it came to nothing, and stays up', async () => {
    reporting([404]);
    const call = await phone.invite('100');
    expect(await call.transfer('999')).toBe(404);
    await call.hangup();
    expect(await call.ended).toBe('local');
  });

  it('tells of a refused REFER', async () => {
    server.script = ({ method }) => [{ status: method === 'REFER' ? 603 : 200, lines: [CONTACT] }];
    const call = await phone.invite('100');
    expect(await call.transfer('200')).toBe(603);
  });
});

describe('closing', () => {
  it('hangs up what is up and cancels what is not, within a second, and says so', async () => {
    server.script = ({ method, uri }) => {
      if (method !== 'INVITE') return [{ status: 200 }];
      return uri.includes('100') ? [{ status: 200, lines: [CONTACT] }] : [{ status: 180 }];
    };
    const call = await phone.invite('100');
    const ringing = expect(phone.invite('200')).rejects.toMatchObject({ fault: 'closed' });
    const waiting = expect(phone.incoming()).rejects.toMatchObject({ fault: 'closed' });
    await server.next('INVITE');
    await server.next('INVITE');
    await phone.register();
    const started = performance.now();
    await phone.close();
    expect(performance.now() - started).toBeLessThan(1500);
    expect(await call.ended).toBe('local');
    await Promise.all([ringing, waiting]);
    expect(server.requests.map(({ method }) => method)).toEqual(expect.arrayContaining(['BYE', 'CANCEL']));
    await expect(phone.register()).rejects.toMatchObject({ fault: 'closed' });
    await expect(phone.invite('100')).rejects.toMatchObject({ fault: 'closed' });
  });

  it('leaves the registration', async () => {
    await phone.register();
    await phone.close();
    expect(server.requests).toHaveLength(1);
  });
});

/** The headers of a request that the server makes within the call this INVITE began. */
function within(invite: SipRequest | undefined, method: string, cseq = 1): HeaderLine[] {
  return [
    ['From', `${header(invite, 'to')};tag=servertag`],
    ['To', header(invite, 'from') ?? ''],
    ['Call-ID', header(invite, 'call-id') ?? ''],
    ['CSeq', `${cseq} ${method}`],
  ];
}

function terminated(invite: SipRequest): Buffer {
  return late(invite, '487 Request Terminated');
}

function answered(invite: SipRequest): Buffer {
  return late(invite, '200 OK');
}

/** A final answer that comes long after its request. */
function late(invite: SipRequest, status: string): Buffer {
  const names = ['Via', 'From', 'Call-ID', 'CSeq'];
  const copied = names.map((name) => `${name}: ${header(invite, name)}\r\n`).join('');
  return Buffer.from(
    `SIP/2.0 ${status}\r\n${copied}To: ${header(invite, 'to')};tag=servertag\r\n\r\n`,
    'latin1',
  );
}
