/** Whatever comes over the wire, in whatever pieces, and however it ends: no crash, no hang, nothing left open. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  ALLOW,
  call,
  closed,
  header,
  hear,
  open,
  say,
  script,
  startGate,
  type TestGate,
  until,
} from './asterisk-side.ts';

let started: TestGate;
let sessions = 0;

beforeAll(async () => {
  started = await startGate({ limits: { requestMs: 100, sessionMs: 200, bytes: 4096 } });
});

beforeEach(() => until(() => started.gate.connections === 0));

afterAll(async () => {
  await until(() => started.gate.connections === 0);
  expect(await call(started.port)).toBe(ALLOW);
  expect(started.faults.filter(({ bug }) => bug)).toEqual([]);
  expect(started.faults.length).toBeLessThanOrEqual(sessions);
  await started.gate.close();
});

/** Pieces of what the protocol is made of, and of what it is not. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      ...['agi_network: yes\n', `agi_network_script: ${script()}\n`, 'agi_network_script: check/1/%00/\n'],
      ...['agi_request: agi://x\n', 'agi_channel: x\n', 'agi_channel: \n', '\n\n', '\n', '\r\n', '\0'],
      ...[
        '200 result=1\n',
        'HANGUP\n',
        '510 Invalid or unknown command\n',
        '520-x\n',
        header(),
        header().slice(0, 300),
      ],
      ...[
        'SET VARIABLE DEVICELOCK_VERDICT "allow"\n',
        'x'.repeat(5000),
        `agi_network: yes\n${'\n'.repeat(3000)}`,
      ],
    )
    .map((text) => Buffer.from(text)),
);
const ending = fc.constantFrom('end', 'destroy', 'reset', 'wait');

test('hostile bytes get an answer or none, and the connection ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), ending, async (pieces, how) => {
      sessions++;
      const socket = await open(started.port);
      const heard = hear(socket);
      for (const bytes of pieces) await say(socket, bytes);
      if (how === 'end') socket.end();
      if (how === 'destroy') socket.destroy();
      if (how === 'reset') socket.resetAndDestroy();
      await closed(socket);
      expect(['', ALLOW]).toContain(heard());
    }),
    { numRuns: 150 },
  );
});

test('a good question cut anywhere, and a reply cut anywhere, is a good session', async () => {
  const whole = Buffer.from(header());
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 30 });
  const replyCut = fc.nat('200 result=1\nHANGUP\n'.length);
  await fc.assert(
    fc.asyncProperty(cuts, replyCut, async (at, replyAt) => {
      sessions++;
      const ends = [...at.toSorted((a, b) => a - b), whole.length];
      const pieces = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
      const reply = '200 result=1\nHANGUP\n';
      const before = started.gate.stats;
      expect(await call(started.port, pieces, [reply.slice(0, replyAt), reply.slice(replyAt)])).toBe(ALLOW);
      await until(() => started.gate.stats.taken === before.taken + 1);
      expect(started.gate.stats.faults).toBe(before.faults);
    }),
    { numRuns: 100 },
  );
});
