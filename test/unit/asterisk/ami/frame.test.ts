/** The stream of bytes is cut the same however the network cut it before, and never costs more than its limits. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader } from '../../../../src/asterisk/ami/frame.ts';

const BANNER = 'Asterisk Call Manager/11.0.0\r\n';
const LIMITS = { banner: 40, message: 200 };

function read(reader: FrameReader, ...chunks: (string | Buffer)[]): string[] {
  return chunks.flatMap((chunk) =>
    reader
      .push(Buffer.from(chunk as string, 'latin1'))
      .map(({ kind, bytes }) => `${kind}|${bytes.toString('latin1')}`),
  );
}

test('the banner comes first, then messages without their empty line', () => {
  const stream = `${BANNER}Response: Success\r\nPing: Pong\r\n\r\nEvent: Reload\r\n\r\n`;
  expect(read(new FrameReader(), stream)).toEqual([
    'banner|Asterisk Call Manager/11.0.0',
    'message|Response: Success\r\nPing: Pong',
    'message|Event: Reload',
  ]);
});

test('a line feed inside a value, as Asterisk sends in some errors, ends nothing', () => {
  const stream = `${BANNER}Response: Error\r\nMessage: No Contacts found\n\r\n\r\nEvent: Reload\r\n\r\n`;
  expect(read(new FrameReader(), stream)).toEqual([
    'banner|Asterisk Call Manager/11.0.0',
    'message|Response: Error\r\nMessage: No Contacts found\n',
    'message|Event: Reload',
  ]);
});

test('half a message waits for its other half', () => {
  const reader = new FrameReader();
  expect(read(reader, BANNER, 'Event: Rel', 'oad\r', '\n\r')).toEqual([
    'banner|Asterisk Call Manager/11.0.0',
  ]);
  expect(read(reader, '\n')).toEqual(['message|Event: Reload']);
});

test('bytes that are no UTF-8 stay what they are', () => {
  const reader = new FrameReader();
  reader.push(Buffer.from(BANNER));
  const [frame] = reader.push(Buffer.from([0x41, 0x3a, 0xff, 0xc3, 0x0d, 0x0a, 0x0d, 0x0a]));
  expect([...(frame?.bytes ?? [])]).toEqual([0x41, 0x3a, 0xff, 0xc3]);
});

test('a frame that was handed out is not overwritten by what comes later', () => {
  const reader = new FrameReader();
  reader.push(Buffer.from(BANNER));
  const [frame] = reader.push(Buffer.from('Event: First\r\n\r\n'));
  reader.push(Buffer.from('Event: Other\r\n\r\n'));
  expect(frame?.bytes.toString()).toBe('Event: First');
});

test.each([
  ['a banner', 'x'.repeat(42), 'a banner of more than 40 bytes'],
  ['a message', `${BANNER}${'x'.repeat(204)}`, 'a message of more than 200 bytes'],
  ['a whole message', `${BANNER}${'x'.repeat(201)}\r\n\r\n`, 'a message of more than 200 bytes'],
])('%s over its limit is a fault, and nothing more is read', (_, stream, fault) => {
  const reader = new FrameReader(LIMITS);
  read(reader, stream);
  expect(reader.fault).toBe(fault);
  expect(read(reader, '\r\n\r\nEvent: Reload\r\n\r\n')).toEqual([]);
});

test('a message of exactly the limit passes', () => {
  const reader = new FrameReader(LIMITS);
  expect(read(reader, BANNER, 'x'.repeat(200), '\r\n\r\n')).toHaveLength(2);
  expect(reader.fault).toBeUndefined();
});

const piece = fc.oneof(
  fc.constantFrom('\r\n', '\r\n\r\n', '\r', '\n', 'Event: Reload', 'ActionID: 1-1'),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constant('x'.repeat(120)),
);
const stream = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

test('any bytes in any chunks give the same frames and the same fault', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (bytes, sizes) => {
      const whole = new FrameReader(LIMITS);
      const expected = whole.push(bytes);
      const cut = new FrameReader(LIMITS);
      const frames: unknown[] = [];
      for (let at = 0, n = 0; at < bytes.length; n++) {
        const size = sizes[n % sizes.length] ?? 1;
        frames.push(...cut.push(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(frames).toEqual(expected);
      expect(cut.fault).toBe(whole.fault);
    }),
    { numRuns: 500 },
  );
});
