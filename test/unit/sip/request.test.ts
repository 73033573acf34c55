import { describe, expect, it } from 'vitest';
import type { ExtraHeader } from '../../sip/encode.ts';
import { encodeAckOfRefusal, encodeCancel, encodeRequest, type RequestSpec } from '../../sip/request.ts';

const spec: RequestSpec = {
  method: 'REGISTER',
  uri: 'sip:127.0.0.1:5060',
  sentBy: 'UDP 127.0.0.5:5062',
  branch: 'z9hG4bK1',
  from: '<sip:1001@127.0.0.1>;tag=a',
  to: '<sip:1001@127.0.0.1>',
  callId: 'c1',
  cseq: 7,
  userAgent: 'Desk/1.0',
  lines: [['Expires', '300']],
  extra: [],
  body: Buffer.alloc(0),
};

const HEAD = [
  'REGISTER sip:127.0.0.1:5060 SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.5:5062;rport;branch=z9hG4bK1',
  'Max-Forwards: 70',
  'From: <sip:1001@127.0.0.1>;tag=a',
  'To: <sip:1001@127.0.0.1>',
  'Call-ID: c1',
  'CSeq: 7 REGISTER',
  'Expires: 300',
];

function written(change: Partial<RequestSpec>): string {
  return encodeRequest({ ...spec, ...change }).toString('latin1');
}

function head(...rest: string[]): string {
  return `${[...HEAD, ...rest].join('\r\n')}\r\n\r\n`;
}

describe('the bytes of a request', () => {
  it('are these', () => {
    expect(written({})).toBe(head('User-Agent: Desk/1.0', 'Content-Length: 0'));
  });

  it('have no User-Agent where there is none, and an empty one where it is empty', () => {
    expect(written({ userAgent: null })).toBe(head('Content-Length: 0'));
    expect(written({ userAgent: '' })).toBe(head('User-Agent: ', 'Content-Length: 0'));
  });

  it('have any byte of a User-Agent as it is given', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(written({ userAgent: bytes })).toBe(
      head(`User-Agent: ${bytes.toString('latin1')}`, 'Content-Length: 0'),
    );
  });

  it('have text as UTF-8', () => {
    const encoded = encodeRequest({ ...spec, userAgent: 'Téléphone ☎' });
    expect(encoded.includes(Buffer.from('User-Agent: Téléphone ☎\r\n'))).toBe(true);
  });

  it.each([
    ['a fold', 'a\r\n b'],
    ['another header', 'a\r\nX-Test: injected'],
    ['the end of the head', 'a\r\n\r\nINVITE sip:x SIP/2.0'],
    ['a quote, a comma, a semicolon and a variable', `a",;$${'{EXTEN}'}`],
  ])('carry %s in a header unhindered', (_, userAgent) => {
    expect(written({ userAgent })).toBe(head(`User-Agent: ${userAgent}`, 'Content-Length: 0'));
  });

  it('count the body in bytes', () => {
    expect(written({ body: Buffer.from('é') })).toBe(
      `${head('User-Agent: Desk/1.0', 'Content-Length: 2')}Ã©`,
    );
  });
});

describe('the extra headers of a request', () => {
  it.each<[string, ExtraHeader[], string[]]>([
    [
      'come after its own',
      [
        ['X-A', '1'],
        ['X-A', Buffer.from([0xff])],
      ],
      ['User-Agent: Desk/1.0', 'Content-Length: 0', 'X-A: 1', 'X-A: \xff'],
    ],
    [
      'double one of its own',
      [['user-agent', 'other']],
      ['User-Agent: Desk/1.0', 'Content-Length: 0', 'user-agent: other'],
    ],
    ['take one of its own away', [['user-agent', null]], ['Content-Length: 0']],
    [
      'replace one of its own',
      [
        ['User-Agent', null],
        ['User-Agent', 'other'],
      ],
      ['Content-Length: 0', 'User-Agent: other'],
    ],
    [
      'are raw lines',
      [Buffer.from('X-A : 1\r\n folded\r\nx-b:2')],
      ['User-Agent: Desk/1.0', 'Content-Length: 0', 'X-A : 1', ' folded', 'x-b:2'],
    ],
  ])('%s', (_, extra, expected) => {
    expect(written({ extra })).toBe(head(...expected));
  });
});

describe('what follows an INVITE', () => {
  const invite: RequestSpec = {
    ...spec,
    method: 'INVITE',
    extra: [['X-A', '1']],
    body: Buffer.from('sdp'),
  };

  it('is a CANCEL with its Via and number, and nothing of its body or extra headers', () => {
    expect(encodeCancel(invite).toString()).toBe(
      [
        'CANCEL sip:127.0.0.1:5060 SIP/2.0',
        ...HEAD.slice(1, 6),
        'CSeq: 7 CANCEL',
        'User-Agent: Desk/1.0',
        'Content-Length: 0\r\n\r\n',
      ].join('\r\n'),
    );
  });

  it('is an ACK of a refusal with the To of the refusal', () => {
    const ack = encodeAckOfRefusal(invite, '<sip:1001@127.0.0.1>;tag=b').toString();
    expect(ack).toContain(
      'ACK sip:127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.5:5062;rport;branch=z9hG4bK1\r\n',
    );
    expect(ack).toContain('\r\nTo: <sip:1001@127.0.0.1>;tag=b\r\n');
    expect(ack).toContain('\r\nCSeq: 7 ACK\r\n');
  });
});
