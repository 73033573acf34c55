/** The gate on a real socket: it answers what is asked, once, at once, and lets go of everything else. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import type { Answer } from '../../../src/gate/answer.ts';
import type { GateListenError } from '../../../src/gate/listen-error.ts';
import { createGate } from '../../../src/gate/server.ts';
import {
  ACCEPTED,
  ALLOW,
  call,
  closed,
  ended,
  header,
  hear,
  open,
  say,
  script,
  startGate,
  turn,
  until,
} from './asterisk-side.ts';

test.each<[Answer, string]>([
  [{ kind: 'allow' }, 'allow'],
  [{ kind: 'deny', reason: 'wrong-device', plain: false }, 'deny:wrong-device'],
  [{ kind: 'deny', reason: 'not-registered', plain: true }, 'deny:not-registered:plain'],
  [{ kind: 'unknown', reason: 'contacts-not-listed' }, 'unknown:contacts-not-listed'],
])('%j reaches Asterisk as %s, and then the server says no more', async (answer, word) => {
  await using started = await startGate({ decide: () => answer });
  expect(await call(started.port)).toBe(`SET VARIABLE DEVICELOCK_VERDICT "${word}"\n`);
  expect(started.gate.stats).toMatchObject({ answered: 1, taken: 1, faults: 0 });
  expect(started.codes()).toEqual([]);
});

test('the question that is judged is the one that was asked', async () => {
  const decide = vi.fn((): Answer => ({ kind: 'allow' }));
  await using started = await startGate({ decide });
  await call(
    started.port,
    header(script({ endpoint: 'desk%2F7', dialled: '%2B4930' }), 'PJSIP/desk/7-0000002a'),
  );
  expect(decide).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({
      dialled: '+4930',
      channel: 'PJSIP/desk/7-0000002a',
      linkedId: '1795218947.32',
    }),
  );
});

test('the answer is there before Asterisk has written the rest of its header', async () => {
  await using started = await startGate();
  const socket = await open(started.port);
  const heard = hear(socket);
  const head = header().split('\n').slice(0, 4).join('\n');
  await say(socket, head);
  expect(heard()).toBe('');
  await say(socket, '\n');
  await ended(socket);
  expect(heard()).toBe(ALLOW);
  await say(socket, header().slice(head.length + 1));
  await say(socket, ACCEPTED);
  await closed(socket);
  await until(() => started.gate.connections === 0);
  expect(started.gate.stats.taken).toBe(1);
});

test('many calls at once are each told their own verdict', async () => {
  await using started = await startGate({
    decide: ({ call: { endpoint } }) =>
      Number(endpoint) % 2 === 0 ? { kind: 'allow' } : { kind: 'deny', reason: 'wrong-device', plain: false },
  });
  const endpoints = Array.from({ length: 100 }, (_, index) => 1000 + index);
  const heard = await Promise.all(
    endpoints.map((endpoint) => call(started.port, header(script({ endpoint: `${endpoint}` })))),
  );
  expect(heard.map((text) => text.includes('"allow"'))).toEqual(
    endpoints.map((endpoint) => endpoint % 2 === 0),
  );
  expect(started.gate.stats).toMatchObject({ answered: 100, taken: 100, faults: 0 });
  await until(() => started.gate.connections === 0);
});

test('a judge that throws leaves the call to the dialplan, is reported whole, and the next call is answered', async () => {
  const broken = new Error('no such thing');
  const decide = vi.fn((): Answer => ({ kind: 'allow' }));
  decide.mockImplementationOnce(() => {
    throw broken;
  });
  await using started = await startGate({ decide });
  expect(await call(started.port)).toBe('');
  expect(started.faults).toEqual([
    { code: 'decide-failed', message: expect.any(String), bug: true, cause: broken },
  ]);
  expect(await call(started.port)).toBe(ALLOW);
});

test.each([
  ['a line end', 'wrong\nEXEC System reboot'],
  ['a quote', 'wrong" "'],
  ['a backslash', 'wrong\\'],
  ['upper case', 'Wrong'],
  ['more than a word', 'x'.repeat(100)],
])('an answer with %s is a bug, and not a byte of it is sent', async (_, reason) => {
  const answer = { kind: 'unknown', reason } as unknown as Answer;
  await using started = await startGate({ decide: () => answer });
  expect(await call(started.port)).toBe('');
  expect(started.faults).toMatchObject([{ code: 'bad-answer', bug: true }]);
  expect(started.gate.stats.answered).toBe(0);
});

test.each([undefined, null, {}, { kind: 'maybe' }, 'allow'])(
  'a judge that says %j has said nothing',
  async (answer) => {
    await using started = await startGate({ decide: () => answer as Answer });
    expect(await call(started.port)).toBe('');
    expect(started.faults).toMatchObject([{ bug: true }]);
    await until(() => started.gate.connections === 0);
  },
);

test.each([
  ['another protocol', 'GET / HTTP/1.1\r\n', 'not-agi'],
  ['AGI arguments instead of a path', header('check'), 'wrong-version'],
  ['another script', header('check-out/1'), 'wrong-script'],
  ['broken encoding', header(script({ userAgent: '%Z' })), 'malformed-request'],
])('%s is closed without an answer, and said once', async (_, text, code) => {
  await using started = await startGate();
  expect(await call(started.port, text)).toBe('');
  expect(started.codes()).toEqual([code]);
  await until(() => started.gate.connections === 0);
});

test('no fault repeats what a caller wrote', async () => {
  await using started = await startGate();
  const caller = 'SECRET%0AFORGED';
  await call(started.port, header(`check/1/${caller}`));
  await call(started.port, header(script({ dialled: caller, length: caller })));
  await call(started.port, header(caller));
  expect(started.faults).toHaveLength(3);
  for (const { message } of started.faults) expect(message).not.toMatch(/SECRET|FORGED|\n/);
});

test('a connection that asks nothing is closed at the deadline', async () => {
  await using started = await startGate({ limits: { requestMs: 50, sessionMs: 10_000 } });
  const silent = await open(started.port);
  const slow = await open(started.port);
  await say(slow, 'agi_network: yes\nagi_network_script: ');
  await Promise.all([closed(silent), closed(slow)]);
  expect(started.codes()).toEqual(['request-timeout', 'request-timeout']);
});

test('a byte now and then does not put the deadline off', async () => {
  await using started = await startGate({ limits: { requestMs: 50, sessionMs: 10_000, bytes: 10_000_000 } });
  const socket = await open(started.port);
  await say(socket, 'agi_network: yes\nagi_network_script: ');
  while (!socket.readableEnded && !socket.closed) await say(socket, 'x');
  await closed(socket);
  expect(started.codes()).toEqual(['request-timeout']);
});

test('a session that Asterisk does not end is ended', async () => {
  await using started = await startGate({ limits: { requestMs: 50, sessionMs: 50 } });
  const socket = await open(started.port);
  const heard = hear(socket);
  await say(socket, header());
  await until(() => started.gate.connections === 0);
  expect(heard()).toBe(ALLOW);
  expect(started.codes()).toEqual(['session-timeout']);
  socket.destroy();
});

test('a call whose question waited while the process was busy is answered, not called late', async () => {
  await using started = await startGate({ limits: { requestMs: 100, sessionMs: 5000 } });
  const socket = await open(started.port);
  await until(() => started.gate.connections === 1);
  const heard = hear(socket);
  socket.write(header());
  const busyUntil = performance.now() + 300;
  while (performance.now() < busyUntil);
  await ended(socket);
  expect(heard()).toBe(ALLOW);
  socket.end(ACCEPTED);
  await closed(socket);
  expect(started.codes()).toEqual([]);
});

test.each([
  ['before the question', [`agi_network: yes\n${'x'.repeat(20_000)}`], ''],
  ['behind the question', [header(), 'x'.repeat(10_000), 'x'.repeat(10_000)], ALLOW],
])('a flood %s is cut off', async (_, says, heard) => {
  await using started = await startGate();
  const socket = await open(started.port);
  const said = hear(socket);
  for (const piece of says) await say(socket, piece);
  await closed(socket);
  expect(said()).toBe(heard);
  expect(started.codes()).toEqual(['too-long']);
});

test('beyond the limit a connection is closed at once, and below it there is room again', async () => {
  await using started = await startGate({ limits: { connections: 2 } });
  const first = await open(started.port);
  const second = await open(started.port);
  await until(() => started.gate.connections === 2);
  const third = await open(started.port);
  await closed(third);
  expect(started.codes()).toEqual(['too-many-connections']);
  first.destroy();
  await until(() => started.gate.connections === 1);
  expect(await call(started.port)).toBe(ALLOW);
  second.destroy();
});

test('an Asterisk that closes in the middle of its question is noticed', async () => {
  await using started = await startGate();
  const socket = await open(started.port);
  await say(socket, header().slice(0, 60));
  socket.end();
  await closed(socket);
  await until(() => started.gate.connections === 0);
  expect(started.codes()).toEqual(['closed-early']);
});

test('a port that is only looked at is no fault', async () => {
  await using started = await startGate();
  (await open(started.port)).end();
  (await open(started.port)).destroy();
  await until(() => started.gate.connections === 0);
  expect(await call(started.port)).toBe(ALLOW);
  expect(started.codes()).toEqual([]);
});

test.each([
  ['an unknown command', '510 Invalid or unknown command\nHANGUP\n'],
  ['a dead channel', '511 Command Not Permitted on a dead channel or intercept routine\nHANGUP\n'],
  ['a usage', '520-Invalid command syntax.  Proper usage follows:\n x\n520 End of proper usage.\nHANGUP\n'],
  ['hanging up', 'HANGUP\n'],
  ['closing', ''],
])('an Asterisk that does not take the answer, by %s, is noticed', async (_, reply) => {
  await using started = await startGate();
  expect(await call(started.port, header(), reply)).toBe(ALLOW);
  expect(started.codes()).toEqual(['not-taken']);
  expect(started.gate.stats).toMatchObject({ answered: 1, taken: 0, faults: 1 });
});

test('it counts, and says how long its own part takes', async () => {
  let now = 0;
  const clock = () => {
    now += 0.25;
    return now;
  };
  await using started = await startGate({ clock });
  for (let i = 0; i < 5; i++) await call(started.port);
  const { p50, p99, ...counts } = started.gate.stats;
  expect(counts).toEqual({ answered: 5, taken: 5, faults: 0 });
  expect(p50).toBeGreaterThanOrEqual(250);
  expect(p99).toBeLessThanOrEqual(280);
});

test('it listens on the loopback unless told otherwise', async () => {
  const gate = createGate({ port: 0, decide: () => ({ kind: 'allow' }), onFault: () => undefined });
  const { host, port } = await gate.listen();
  expect(host).toBe('127.0.0.1');
  // The same port of another loopback address is free, so it cannot be bound everywhere.
  const other = createServer().listen(port, '127.0.0.2');
  await once(other, 'listening');
  other.close();
  await gate.close();
});

test.each([
  ['a port that another program has', { host: '127.0.0.1' }, 'port-taken', /already/],
  ['an address of another machine', { host: '192.0.2.1' }, 'not-my-address', /no address of this machine/],
])('%s cannot be listened on, and the message says so', async (_, { host }, code, message) => {
  await using started = await startGate();
  const gate = createGate({
    ...{ host, port: started.port },
    decide: () => ({ kind: 'allow' }),
    onFault: () => undefined,
  });
  const refused = await gate.listen().catch((error: GateListenError) => error);
  expect(refused).toMatchObject({ name: 'GateListenError', code, hint: expect.stringMatching(/\w/) });
  expect((refused as Error).message).toMatch(message);
  await gate.close();
});

test('closing lets the session that is under way end, and ends the ones that do not', async () => {
  const started = await startGate({ limits: { closeMs: 50 } });
  const idle = await open(started.port);
  const busy = await open(started.port);
  await until(() => started.gate.connections === 2);
  const heard = hear(busy);
  const closing = started.gate.close();
  await say(busy, header());
  await ended(busy);
  busy.end(ACCEPTED);
  await closed(busy);
  await closing;
  await closed(idle);
  expect(heard()).toBe(ALLOW);
  expect(started.gate.connections).toBe(0);
  expect(started.codes()).toEqual([]);
  await expect(open(started.port)).rejects.toThrow('ECONNREFUSED');
});

test('closing a gate that never listened is no trouble', async () => {
  const gate = createGate({ port: 0, decide: () => ({ kind: 'allow' }), onFault: () => undefined });
  await gate.close();
  await turn();
  expect(gate.connections).toBe(0);
});
