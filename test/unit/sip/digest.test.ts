import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorizationLine, challengeOf, digestResponse } from '../../sip/digest.ts';
import { parseMessage, type SipResponse } from '../../sip/message.ts';
import { parseParameters, splitUnquoted } from '../../sip/quoted.ts';

function refusal(status: number, ...headers: string[]): SipResponse {
  const message = parseMessage(Buffer.from(`SIP/2.0 ${status} No\r\n${headers.join('\r\n')}\r\n\r\n`));
  if (message.kind !== 'response') throw new Error(message.kind);
  return message;
}

const credentials = { user: '1001', password: 'secret' };
const asked = { method: 'REGISTER', uri: 'sip:127.0.0.1' };

describe('a challenge', () => {
  it('is read from a 401 and from a 407', () => {
    const value = 'Digest realm="asterisk",nonce="n1",opaque="o1",algorithm=MD5,qop="auth,auth-int"';
    const challenge = { realm: 'asterisk', nonce: 'n1', opaque: 'o1', hasQop: true, isStale: false };
    expect(challengeOf(refusal(401, `WWW-Authenticate: ${value}`))).toEqual({
      ...challenge,
      answerIn: 'Authorization',
    });
    expect(challengeOf(refusal(407, `Proxy-Authenticate: ${value}, stale=TRUE`))).toEqual({
      ...challenge,
      isStale: true,
      answerIn: 'Proxy-Authorization',
    });
  });

  it('is the first that MD5 answers', () => {
    const challenge = challengeOf(
      refusal(
        401,
        'WWW-Authenticate: Digest realm="a",nonce="1",algorithm=SHA-256',
        'WWW-Authenticate: Basic realm="b"',
        'WWW-Authenticate: Digest realm="c",nonce="3",qop="auth-int"',
        'WWW-Authenticate: digest realm="d", nonce="4"',
      ),
    );
    expect(challenge).toMatchObject({ realm: 'd', nonce: '4', hasQop: false });
  });

  it('is not in any other answer, nor in one without a nonce', () => {
    expect(challengeOf(refusal(403, 'WWW-Authenticate: Digest realm="a",nonce="1"'))).toBeUndefined();
    expect(challengeOf(refusal(401, 'WWW-Authenticate: Digest realm="a"'))).toBeUndefined();
    expect(challengeOf(refusal(401, 'To: x'))).toBeUndefined();
  });

  it('is read or passed over, and never throws', () => {
    const piece = fc.constantFrom('realm=', 'nonce=', '"', ',', '=', '\\', 'qop="auth"', 'Digest ');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        challengeOf(refusal(401, `WWW-Authenticate: Digest ${pieces.join('')}`));
      }),
    );
  });
});

describe('the answer to a challenge', () => {
  it("is that of RFC 2617's example", () => {
    const response = digestResponse(
      { realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', hasQop: true },
      { method: 'GET', uri: '/dir/index.html' },
      { user: 'Mufasa', password: 'Circle Of Life' },
      '0a4f113b',
    );
    expect(response).toBe('6629fae49393a05397450978507c4ef1');
  });

  it("is that of RFC 2069's example, corrected, where no qop is offered", () => {
    const response = digestResponse(
      { realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', hasQop: false },
      { method: 'GET', uri: '/dir/index.html' },
      { user: 'Mufasa', password: 'CircleOfLife' },
      '',
    );
    expect(response).toBe('1949323746fe6a43ef61f9606e7febea');
  });

  it('names user, realm and nonce so that any text of theirs comes back whole', () => {
    const text = fc.string({ minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, text, text, (user, realm, nonce) => {
        const challenge = { realm, nonce, opaque: undefined, hasQop: true, isStale: false } as const;
        const line = authorizationLine(
          { ...challenge, answerIn: 'Authorization' },
          asked,
          { user, password: 'x' },
          'c1',
        );
        if (Buffer.isBuffer(line)) throw new Error('not a header');
        expect(line[0]).toBe('Authorization');
        const fields = parseParameters(splitUnquoted(String(line[1]).slice('Digest '.length), ','));
        expect(Object.fromEntries(fields)).toMatchObject({
          username: user,
          realm,
          nonce,
          qop: 'auth',
          cnonce: 'c1',
        });
      }),
    );
  });

  it('never holds the password', () => {
    const challenge = challengeOf(refusal(401, 'WWW-Authenticate: Digest realm="a",nonce="1",opaque="o"'));
    if (challenge === undefined) throw new Error('no challenge');
    const line = authorizationLine(challenge, asked, credentials, 'c');
    expect(JSON.stringify(line)).not.toContain('secret');
    expect(JSON.stringify(line)).toContain('opaque');
  });
});
