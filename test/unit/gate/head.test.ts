/** The head is the same however the network cut it, and nothing behind it is part of it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeadReader, type HeadState } from '../../../src/gate/head.ts';
import { header } from './asterisk-side.ts';

const WHOLE = Buffer.from(header());
const LINES = WHOLE.toString('latin1').split('\n').slice(0, 4);
const LENGTH = LINES.join('\n').length + 1;

test('the head is the first four lines', () => {
  expect(new HeadReader().push(WHOLE)).toEqual({ kind: 'whole', lines: LINES });
});

test('any cutting of the header gives the same head, with the piece that brings its last byte', () => {
  const cuts = fc.uniqueArray(fc.nat(WHOLE.length), { maxLength: 40 });
  fc.assert(
    fc.property(cuts, (at) => {
      const { state, pushed, last } = pushAll(cut(WHOLE, at));
      expect(state).toEqual({ kind: 'whole', lines: LINES });
      expect(pushed).toBeGreaterThanOrEqual(LENGTH);
      expect(pushed - last).toBeLessThan(LENGTH);
    }),
  );
});

test('byte by byte, the head is whole at the fourth line end and not before', () => {
  const { state, pushed } = pushAll([...WHOLE].map((byte) => Buffer.of(byte)));
  expect(state.kind).toBe('whole');
  expect(pushed).toBe(LENGTH);
});

test('a connection that does not begin like FastAGI is known by its first wrong byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
      const begin = Buffer.from('agi_network: yes\n');
      const given = Buffer.from(bytes);
      const isPrefix = begin.subarray(0, given.length).equals(given.subarray(0, begin.length));
      expect(new HeadReader().push(given).kind === 'not-agi').toBe(!isPrefix);
    }),
  );
  for (const start of ['GET / HTTP/1.1\r\n', 'agi_network: no\n', '\n', '\0', 'agi_network: yes\r\n']) {
    expect(new HeadReader().push(Buffer.from(start)).kind).toBe('not-agi');
  }
});

test('a wrong byte is seen when the line comes in pieces', () => {
  const reader = new HeadReader();
  expect(reader.push(Buffer.from('agi_net')).kind).toBe('incomplete');
  expect(reader.push(Buffer.from('ball: yes\n')).kind).toBe('not-agi');
});

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const ends = [...at, bytes.length].toSorted((a, b) => a - b);
  return ends
    .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
    .filter(({ length }) => length > 0);
}

/** Until the head is no longer incomplete. */
function pushAll(chunks: readonly Buffer[]): { state: HeadState; pushed: number; last: number } {
  const reader = new HeadReader();
  let pushed = 0;
  for (const chunk of chunks) {
    pushed += chunk.length;
    const state = reader.push(chunk);
    if (state.kind !== 'incomplete') return { state, pushed, last: chunk.length };
  }
  return { state: { kind: 'incomplete' }, pushed, last: 0 };
}
