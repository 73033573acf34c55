/**
 * What is wrong with ding-dong, and that it no longer matters. Each fault is shown on ding-dong alone first, so that a
 * test here would fail if the guard were not in front of it.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import Context from 'ding-dong/lib/context.js';
import { afterEach, expect, test, vi } from 'vitest';
import type { Answer } from '../../../src/gate/answer.ts';
import type { GateRequest } from '../../../src/gate/request.ts';
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
  turn,
  until,
} from './asterisk-side.ts';

const opened: { server: Server; sockets: Socket[] }[] = [];

afterEach(() => {
  for (const { server, sockets } of opened.splice(0)) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});

test('values are cut at their second colon: the gate reads them itself', async () => {
  const alone = await startAlone();
  const socket = await open(alone.port);
  await say(socket, header(script(), 'Local/sip:1002@gate-1;2'));
  const variables = await alone.variables;
  expect(variables['agi_request']).toBe('agi');
  expect(variables['agi_channel']).toBe('Local/sip');

  const decide = vi.fn((_: GateRequest): Answer => ({ kind: 'allow' }));
  await using guarded = await startGate({ decide });
  await call(
    guarded.port,
    header(script({ address: '%5B2001%3Adb8%3A%3A1%5D%3A5060' }), 'Local/sip:1002@gate-1;2'),
  );
  expect(decide.mock.lastCall?.[0]).toMatchObject({
    call: { address: { ip: '2001:db8::1', port: 5060 } },
    channel: 'Local/sip:1002@gate-1;2',
  });
});

test('a header without end is kept for ever: the gate closes after 16 KB', async () => {
  const flood = 'x'.repeat(1024 * 1024);
  const alone = await startAlone();
  const first = await open(alone.port);
  first.write(header().trimEnd() + flood);
  await until(() => (alone.contexts[0]?.msg.length ?? 0) > flood.length);
  expect(first.closed).toBe(false);

  await using guarded = await startGate();
  const second = await open(guarded.port);
  second.write(header().trimEnd() + flood);
  await closed(second);
  expect(guarded.codes()).toEqual(['too-long']);
});

test('a reset ends the process: the gate goes on', async () => {
  const library = import.meta.resolve('ding-dong/lib/context.js');
  const program = `
    const { default: Context } = await import(${JSON.stringify(library)});
    const { createServer, connect } = await import('node:net');
    const server = createServer((socket) => new Context(socket, { logger: () => {} }));
    server.listen(0, '127.0.0.1', () => {
      const client = connect(server.address().port, '127.0.0.1', () => client.write('agi', () => client.resetAndDestroy()));
    });
    setTimeout(() => process.exit(0), 5000);`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('ECONNRESET') });

  await using guarded = await startGate();
  for (const text of ['agi', header().slice(0, 100), header(), `${header()}200 `]) {
    const socket = await open(guarded.port);
    await say(socket, text);
    socket.resetAndDestroy();
    await until(() => guarded.gate.connections === 0);
  }
  expect(await call(guarded.port)).toBe(ALLOW);
  expect(guarded.codes().toSorted()).toEqual([
    ...['connection-failed', 'connection-failed', 'not-taken', 'not-taken'],
  ]);
});

test.each([
  ['a close', ''],
  ['HANGUP', 'HANGUP\n'],
  ['510', '510 Invalid or unknown command\n'],
  ['511', '511 Command Not Permitted on a dead channel or intercept routine\n'],
  ['520', '520-Invalid command syntax.  Proper usage follows:\n520 End of proper usage.\n'],
])('a promise never settles at %s: nothing in the gate waits for it', async (_, reply) => {
  const alone = await startAlone();
  const settled = vi.fn();
  const socket = await open(alone.port);
  await say(socket, header());
  await alone.variables;
  void alone.contexts[0]?.setVariable('X', 'y').then(settled, settled);
  await say(socket, reply);
  socket.end();
  await until(() => alone.sockets[0]?.readableEnded === true);
  await turn();
  expect(settled).not.toHaveBeenCalled();

  await using guarded = await startGate();
  expect(await call(guarded.port, header(), reply)).toBe(ALLOW);
  await until(() => guarded.gate.connections === 0);
  expect(guarded.codes()).toEqual(['not-taken']);
});

test('half a line behind a whole one is lost and taken for a hangup: the gate hears the reply in any pieces', async () => {
  const alone = await startAlone();
  const socket = await open(alone.port);
  await say(socket, header());
  await alone.variables;
  const hangup = vi.fn();
  const settled = vi.fn();
  alone.contexts[0]?.on('hangup', hangup);
  await say(socket, '200 result=1\n200 resu');
  void alone.contexts[0]?.setVariable('X', 'y').then(settled);
  await say(socket, 'lt=1\n');
  await until(() => hangup.mock.calls.length > 0);
  expect(settled).not.toHaveBeenCalled();
  socket.destroy();

  const reply = '200 result=1\nHANGUP\n';
  await using guarded = await startGate();
  for (let at = 0; at <= reply.length; at++) {
    expect(await call(guarded.port, header(), [reply.slice(0, at), reply.slice(at)])).toBe(ALLOW);
  }
  await until(() => guarded.gate.connections === 0);
  expect(guarded.gate.stats).toMatchObject({ taken: reply.length + 1, faults: 0 });
});

test("the second of two commands gets the first one's reply: the gate has one command a session, and its own reply", async () => {
  const alone = await startAlone();
  const socket = await open(alone.port);
  await say(socket, header());
  await alone.variables;
  const [first, second] = [vi.fn(), vi.fn()];
  void alone.contexts[0]?.setVariable('A', '1').then(first);
  void alone.contexts[0]?.setVariable('B', '2').then(second);
  await say(socket, '200 result=first\n');
  await until(() => second.mock.calls.length > 0);
  expect(first).not.toHaveBeenCalled();
  expect(second).toHaveBeenCalledWith({ code: 200, result: 'first' });
  socket.destroy();

  await using guarded = await startGate();
  const refused = await open(guarded.port);
  const heard = hear(refused);
  await say(refused, header());
  // While that one has its command in flight, another session is answered and confirmed.
  expect(await call(guarded.port)).toBe(ALLOW);
  await say(refused, '510 Invalid or unknown command\n');
  await closed(refused);
  await until(() => guarded.gate.connections === 0);
  expect(heard()).toBe(ALLOW);
  expect(guarded.gate.stats).toMatchObject({ answered: 2, taken: 1 });
  expect(guarded.codes()).toEqual(['not-taken']);
});

test.each([
  ['a line end is a second command', 'a"\nEXEC System "id', 'SET VARIABLE X "a"\nEXEC System "id"\n'],
  ['a quote is not escaped', 'a" "b', 'SET VARIABLE X "a" "b"\n'],
  ['a backslash is not escaped', 'a\\', 'SET VARIABLE X "a\\"\n'],
])('in a value %s: the gate writes only words', async (_, value, written) => {
  const alone = await startAlone();
  const socket = await open(alone.port);
  const heard = hear(socket);
  await say(socket, header());
  await alone.variables;
  void alone.contexts[0]?.setVariable('X', value);
  await until(() => heard() === written);
  socket.destroy();

  const answer = { kind: 'deny', reason: value, plain: false } as unknown as Answer;
  await using guarded = await startGate({ decide: () => answer });
  expect(await call(guarded.port)).toBe('');
  expect(guarded.codes()).toEqual(['bad-answer']);
});

test('idle connections are kept for ever, and in any number: the gate has a limit and a deadline', async () => {
  const alone = await startAlone();
  const idle = await Promise.all(Array.from({ length: 60 }, () => open(alone.port)));
  await until(() => alone.sockets.length === 60);
  expect(alone.sockets.every((socket) => socket.timeout === 0 || socket.timeout === undefined)).toBe(true);
  for (const socket of idle) socket.destroy();

  await using guarded = await startGate({ limits: { connections: 50, requestMs: 100, sessionMs: 200 } });
  const sockets = await Promise.all(Array.from({ length: 60 }, () => open(guarded.port)));
  await Promise.all(sockets.map((socket) => closed(socket)));
  await until(() => guarded.gate.connections === 0);
  expect(guarded.codes().filter((code) => code === 'too-many-connections')).toHaveLength(10);
  expect(guarded.codes().filter((code) => code === 'request-timeout')).toHaveLength(50);
});

test("destroying its stream leaves the socket open: the gate's is closed after every end", async () => {
  const alone = await startAlone();
  const socket = await open(alone.port);
  await until(() => alone.contexts.length === 1);
  alone.contexts[0]?.stream.destroy();
  await turn();
  expect(alone.sockets[0]?.destroyed).toBe(false);
  socket.destroy();

  await using guarded = await startGate();
  const left = await Promise.all([
    call(guarded.port),
    call(guarded.port, header(), ''),
    call(guarded.port, 'GET / HTTP/1.1\r\n\r\n'),
    call(guarded.port, header('check/9/')),
  ]);
  expect(left).toEqual([ALLOW, ALLOW, '', '']);
  await until(() => guarded.gate.connections === 0);
});

test('without a host every interface is bound: the gate binds the loopback', async () => {
  const { default: dingDong } = await import('ding-dong');
  const server = dingDong(() => undefined, { logger: () => undefined }).start(0);
  await once(server, 'listening');
  expect((server.address() as AddressInfo).address).toMatch(/^(::|0\.0\.0\.0)$/);
  server.close();

  await using guarded = await startGate();
  const elsewhere = createServer().listen(guarded.port, '127.0.0.2');
  await once(elsewhere, 'listening');
  elsewhere.close();
});

interface Alone {
  readonly port: number;
  readonly sockets: Socket[];
  readonly contexts: (Context & { msg: string; stream: { destroy(): void } })[];
  /** Of the first context. */
  readonly variables: Promise<Record<string, string>>;
}

/** ding-dong as it comes, but with a listener for errors, which would end the test run. */
async function startAlone(): Promise<Alone> {
  const sockets: Socket[] = [];
  const contexts: Alone['contexts'] = [];
  const { promise, resolve } = Promise.withResolvers<Record<string, string>>();
  const server = createServer((socket) => {
    const context = new Context(socket, { logger: () => undefined });
    context.on('error', () => undefined);
    context.on('variables', resolve);
    sockets.push(socket);
    contexts.push(context as Alone['contexts'][number]);
  });
  opened.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, sockets, contexts, variables: promise };
}
