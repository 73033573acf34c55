import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../../sip/encode.ts';
import { MAX_HEADERS, MAX_MESSAGE_BYTES, parseMessage } from '../../sip/message.ts';

function parsed(text: string) {
  return parseMessage(Buffer.from(text, 'latin1'));
}

describe('a message that is whole', () => {
  it('is a response with its status and reason', () => {
    const message = parsed(
      'SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/UDP a;branch=b\r\nContent-Length: 0\r\n\r\n',
    );
    expect(message).toMatchObject({ kind: 'response', status: 486, reason: 'Busy Here' });
  });

  it('may have a response without a reason', () => {
    expect(parsed('SIP/2.0 200\r\n\r\n')).toMatchObject({ kind: 'response', status: 200, reason: '' });
  });

  it('is a request with its method and URI', () => {
    const message = parsed('NOTIFY sip:1001@127.0.0.1:5062;transport=tcp SIP/2.0\r\nEvent: refer\r\n\r\n');
    expect(message).toMatchObject({
      kind: 'request',
      method: 'NOTIFY',
      uri: 'sip:1001@127.0.0.1:5062;transport=tcp',
    });
  });

  it('has its headers by long name, compact name, and any case', () => {
    const message = parsed('OPTIONS sip:a SIP/2.0\r\nv: one\r\nVIA :two\r\nX-Test:\r\n\r\n');
    if (message.kind !== 'request') throw new Error(message.kind);
    expect(message.headers.all('Via')).toEqual(['one', 'two']);
    expect(message.headers.get('x-test')).toBe('');
    expect(message.headers.get('from')).toBeUndefined();
  });

  it('reads a folded header as one line', () => {
    const message = parsed('OPTIONS sip:a SIP/2.0\r\nSubject: a \r\n  b\r\n\tc\r\nTo: x\r\n\r\n');
    if (message.kind !== 'request') throw new Error(message.kind);
    expect(message.headers.get('s')).toBe('a b c');
    expect(message.headers.get('t')).toBe('x');
  });

  it('has as much body as its Content-Length says, and all of it where it says nothing', () => {
    expect(parsed('SIP/2.0 200 OK\r\nl: 2\r\n\r\nabcd')).toMatchObject({ body: Buffer.from('ab') });
    expect(parsed('SIP/2.0 200 OK\r\n\r\nabcd')).toMatchObject({ body: Buffer.from('abcd') });
  });
});

describe('what is no message', () => {
  it.each([
    ['nothing', '', 'no-end'],
    ['a keep-alive', '\r\n\r\n', 'start-line'],
    ['a head without an end', 'SIP/2.0 200 OK\r\nTo: x\r\n', 'no-end'],
    ['a start-line of HTTP', 'GET / HTTP/1.1\r\n\r\n', 'start-line'],
    ['a status of four digits', 'SIP/2.0 2000\r\n\r\n', 'start-line'],
    ['a line without a colon', 'SIP/2.0 200 OK\r\nTo x\r\n\r\n', 'header'],
    ['a header without a name', 'SIP/2.0 200 OK\r\n: x\r\n\r\n', 'header'],
    ['a bare line feed in a header', 'SIP/2.0 200 OK\r\nTo: x\nFrom: y\r\n\r\n', 'header'],
    ['a bare carriage return in a header', 'SIP/2.0 200 OK\r\nTo: x\rFrom: y\r\n\r\n', 'header'],
    ['a fold before any header', 'SIP/2.0 200 OK\r\n To: x\r\n\r\n', 'header'],
    ['a body shorter than it says', 'SIP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nabcd', 'content-length'],
    ['a length that is no number', 'SIP/2.0 200 OK\r\nContent-Length: -1\r\n\r\n', 'content-length'],
    ['too many headers', `SIP/2.0 200 OK\r\n${'To: x\r\n'.repeat(MAX_HEADERS + 1)}\r\n`, 'too-many-headers'],
    ['too many bytes', `SIP/2.0 200 OK\r\n\r\n${'x'.repeat(MAX_MESSAGE_BYTES)}`, 'too-large'],
  ])('is %s', (_, text, why) => {
    expect(parsed(text)).toEqual({ kind: 'malformed', why });
  });
});

/** Bytes that may stand in a header's value: anything but line ends, with no white space around. */
const value = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0d && byte !== 0x0a)))
  .map((bytes) => Buffer.from(bytes.toString('latin1').replace(/^[ \t]+|[ \t]+$/g, ''), 'latin1'));
/** Any characters that are one byte each. */
const anything = fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const name = fc.stringMatching(/^X-[\w.!%*+`'~-]{1,20}$/);

describe('any message', () => {
  it('is read as it was written, byte for byte', () => {
    const headers = fc.array(fc.tuple(name, value), { maxLength: 20 });
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 200 }), (lines, content) => {
        const body = Buffer.from(content);
        const length = ['Content-Length', Buffer.from(String(body.length))] as const;
        const message = parseMessage(encodeMessage('INVITE sip:1@a SIP/2.0', [...lines, length], body));
        if (message.kind !== 'request') throw new Error(message.kind);
        expect([...message.headers].map((field) => [field.name, field.value])).toEqual([...lines, length]);
        expect(message.body).toEqual(body);
      }),
    );
  });

  it('is read or refused, and never throws', () => {
    const piece = fc.constantFrom(
      'SIP/2.0 200 OK',
      'INVITE sip:a SIP/2.0',
      '\r\n',
      '\r',
      '\n',
      ' ',
      'l: 3',
      ':',
      'Via: x',
    );
    const almost = fc.array(fc.oneof(piece, anything), { maxLength: 30 });
    fc.assert(
      fc.property(almost, (pieces) => {
        expect(['request', 'response', 'malformed']).toContain(parsed(pieces.join('')).kind);
      }),
    );
  });

  it.each([
    ['spaces before a bare line end', `To:${' '.repeat(60_000)}\rx`],
    ['folded spaces', `To:${' '.repeat(30_000)}x\r\n ${' '.repeat(30_000)}y`],
    ['a name without an end', 'a'.repeat(60_000)],
    ['folds', 'To: x\r\n y'.repeat(6000)],
  ])('takes no longer because it is full of %s', (_, hostile) => {
    const started = performance.now();
    expect(parsed(`SIP/2.0 200 OK\r\n${hostile}\r\n\r\n`)).not.toMatchObject({ why: 'too-large' });
    expect(performance.now() - started).toBeLessThan(500);
  });
});
