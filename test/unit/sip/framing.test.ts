import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../../sip/encode.ts';
import { SipError } from '../../sip/error.ts';
import { MessageFramer } from '../../sip/framing.ts';
import { MAX_MESSAGE_BYTES } from '../../sip/message.ts';

function message(body: Buffer, lengthName = 'Content-Length'): Buffer {
  return encodeMessage('SIP/2.0 200 OK', [[lengthName, String(body.length)]], body);
}

describe('a stream of messages', () => {
  it('is cut into the same messages however it is chunked', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 6 });
    const cuts = fc.array(fc.nat(600), { maxLength: 20 });
    fc.assert(
      fc.property(bodies, cuts, fc.constantFrom('', '\r\n\r\n'), (contents, places, keepAlive) => {
        const messages = contents.map((content) => message(Buffer.from(content)));
        const stream = Buffer.concat(messages.flatMap((one) => [Buffer.from(keepAlive), one]));
        const framer = new MessageFramer();
        const found = chunksOf(stream, places).flatMap((chunk) => framer.push(chunk));
        expect(found).toEqual(messages);
      }),
    );
  });

  it('is cut by the compact name of the length too', () => {
    const one = message(Buffer.from('body'), 'l');
    expect(new MessageFramer().push(Buffer.concat([one, one]))).toEqual([one, one]);
  });

  it('holds back a message until the last byte of its body is there', () => {
    const framer = new MessageFramer();
    const one = message(Buffer.from('body'));
    expect(framer.push(one.subarray(0, -1))).toEqual([]);
    expect(framer.push(one.subarray(-1))).toEqual([one]);
  });

  it('ends at a message without a length, because nothing after it can be found', () => {
    const framer = new MessageFramer();
    expect(() => framer.push(Buffer.from('SIP/2.0 200 OK\r\nTo: x\r\n\r\n'))).toThrow(SipError);
  });

  it('ends at a message that is too large, before it is all there', () => {
    const promised = Buffer.from(`SIP/2.0 200 OK\r\nContent-Length: ${MAX_MESSAGE_BYTES}\r\n\r\n`);
    expect(() => new MessageFramer().push(promised)).toThrow(SipError);
    expect(() => new MessageFramer().push(Buffer.alloc(MAX_MESSAGE_BYTES + 1, 'x'))).toThrow(SipError);
  });
});

function chunksOf(stream: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => Math.min(place, stream.length)), stream.length].toSorted(
    (a, b) => a - b,
  );
  return cuts.slice(1).map((end, index) => stream.subarray(cuts[index], end));
}
