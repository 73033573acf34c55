import { describe, expect, it } from 'vitest';
import { envelopeOf } from '../../sip/envelope.ts';
import { parseMessage, type SipRequest } from '../../sip/message.ts';
import { encodeResponse } from '../../sip/response.ts';

function request(to: string): SipRequest {
  const message = parseMessage(
    Buffer.from(
      `OPTIONS sip:1001@a SIP/2.0\r\nv: SIP/2.0/UDP a;branch=b1\r\nVia: SIP/2.0/UDP \xff;branch=b2\r\nf: "\xe9" <sip:a@a>;tag=1\r\nTo: ${to}\r\nCall-ID: c\r\nCSeq: 3 OPTIONS\r\n\r\n`,
      'latin1',
    ),
  );
  if (message.kind !== 'request') throw new Error(message.kind);
  return message;
}

function answered(to: string, status: number): string {
  const answer = { status, reason: 'R', lines: [['X-A', '1']] as const, body: Buffer.from('xy') };
  return encodeResponse(request(to), answer, 't').toString('latin1');
}

describe('the bytes of a response', () => {
  it("bring the request's own headers back as they were, with the phone's tag", () => {
    expect(answered('<sip:b@b>', 200)).toBe(
      [
        'SIP/2.0 200 R',
        'Via: SIP/2.0/UDP a;branch=b1',
        'Via: SIP/2.0/UDP \xff;branch=b2',
        'From: "\xe9" <sip:a@a>;tag=1',
        'To: <sip:b@b>;tag=t',
        'Call-ID: c',
        'CSeq: 3 OPTIONS',
        'X-A: 1',
        'Content-Length: 2',
        '',
        'xy',
      ].join('\r\n'),
    );
  });

  it('keep the tag of a request within a call', () => {
    expect(answered('<sip:b@b>;tag=mine', 200)).toContain('\r\nTo: <sip:b@b>;tag=mine\r\n');
  });

  it('have no tag in a 100', () => {
    expect(answered('<sip:b@b>', 100)).toContain('\r\nTo: <sip:b@b>\r\n');
  });
});

describe('what says where a message belongs', () => {
  it('is its topmost Via, Call-ID, CSeq and tags', () => {
    expect(envelopeOf(request('<sip:b@b>').headers)).toEqual({
      via: 'SIP/2.0/UDP a;branch=b1',
      branch: 'b1',
      callId: 'c',
      cseq: 3,
      method: 'OPTIONS',
      fromTag: '1',
      toTag: '',
    });
  });

  it.each(['Via', 'From', 'To', 'Call-ID', 'CSeq'])('is not there without %s', (missing) => {
    const lines = [
      'Via: SIP/2.0/UDP a;branch=b',
      'From: <sip:a@a>;tag=1',
      'To: <sip:b@b>',
      'Call-ID: c',
      'CSeq: 1 BYE',
    ].filter((line) => !line.startsWith(missing));
    const message = parseMessage(Buffer.from(`BYE sip:a SIP/2.0\r\n${lines.join('\r\n')}\r\n\r\n`));
    if (message.kind !== 'request') throw new Error(message.kind);
    expect(envelopeOf(message.headers)).toBeUndefined();
  });
});
