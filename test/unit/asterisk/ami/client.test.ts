/** The client against a far end that misbehaves in ways a real Asterisk cannot be made to. Time stands still unless moved. */
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AmiClient } from '../../../../src/asterisk/ami/client.ts';
import type { AmiTiming } from '../../../../src/asterisk/ami/settings.ts';
import { until } from '../../../lab/until.ts';
import { AmiPeer, type PeerSession, SECRET } from './peer.ts';
import { ManualTimers } from './timers.ts';

const SOON_MS = 4000;

let peer: AmiPeer;
let timers: ManualTimers;
let client: AmiClient;
let log: string[];
let downs: string[];

beforeEach(async () => {
  peer = await AmiPeer.listen();
  timers = new ManualTimers();
  log = [];
  client = newClient();
});

afterEach(async () => {
  const stopped = client.stop();
  timers.advance(500);
  await stopped;
  await peer.close();
  expect(log.join('\n')).not.toContain(SECRET);
});

function newClient(timing: Partial<AmiTiming> = {}): AmiClient {
  const write = (level: string) => (context: object, message: string) => {
    log.push(`${level} ${message} ${JSON.stringify(context)}`);
  };
  const made = new AmiClient({
    endpoint: { host: '127.0.0.1', port: peer.port },
    credentials: { user: 'lock', secret: SECRET },
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    timing,
    timers,
  });
  downs = [];
  made.on('down', (why) => downs.push(why));
  return made;
}

async function up(): Promise<PeerSession> {
  client.start();
  const [session] = await Promise.all([login(), isUp()]);
  return session;
}

async function login(): Promise<PeerSession> {
  const session = await peer.session();
  await session.logIn();
  return session;
}

async function isUp(): Promise<void> {
  if (!client.isUp) await once(client, 'up', { signal: AbortSignal.timeout(SOON_MS) });
}

function isDown(): Promise<void> {
  return until('the client is down', SOON_MS, () => downs.length > 0);
}

test('logs in with a digest: the secret never goes over the wire', async () => {
  const session = await up();
  expect(session.received).toContain('AuthType: MD5');
  expect(session.received).not.toContain(SECRET);
  expect(session.received).not.toContain('Secret:');
});

test('asks for no event that it does not read', async () => {
  const session = await up();
  const filters = [...session.received.matchAll(/Filter: (.*)\r\n/g)].map(([, pattern]) => pattern);
  expect(filters).toEqual([
    '^Event: (ContactStatus|FullyBooted|Reload|Shutdown)[[:cntrl:]]',
    '^Event: SuccessfulAuth[[:cntrl:]].*[[:cntrl:]]Service: PJSIP[[:cntrl:]]',
  ]);
});

test('answers that come glued and torn are told apart', async () => {
  const session = await up();
  const replies = Promise.all([client.request('Ping'), client.list('DBGetTree', [['Family', 'F']])]);
  const [ping, tree] = [await session.expect('Ping'), await session.expect('DBGetTree')];
  const bytes = [
    `Response: Success\r\nActionID: ${ping.id}\r\nPing: Pong\r\n\r\n`,
    `Response: Success\r\nActionID: ${tree.id}\r\nEventList: start\r\n\r\n`,
    `Event: DBGetTreeResponse\r\nActionID: ${tree.id}\r\nKey: /F/ü\r\nVal: 電\r\n\r\n`,
    `Event: DBGetTreeComplete\r\nActionID: ${tree.id}\r\nEventList: Complete\r\n\r\n`,
  ].join('');
  const whole = Buffer.from(bytes);
  // Torn in the middle of a character.
  const tear = whole.indexOf('電') + 1;
  session.write(whole.subarray(0, tear));
  await until('the first part was read', SOON_MS, () => !timers.pending.includes(2000));
  session.write(whole.subarray(tear));
  const [pong, entries] = await replies;
  expect(pong.text('Ping')).toBe('Pong');
  expect(entries.map((entry) => entry.text('Val'))).toEqual(['電']);
});

test('answers out of order go to whom they belong', async () => {
  const session = await up();
  const first = client.request('Getvar', [['Variable', 'A']]);
  const second = client.request('Getvar', [['Variable', 'B']]);
  const [a, b] = [await session.action(), await session.action()];
  session.answer(b, 'Value: b');
  session.answer(a, 'Value: a');
  expect((await first).text('Value')).toBe('a');
  expect((await second).text('Value')).toBe('b');
});

test('an answer to another connection’s action is nobody’s', async () => {
  const session = await up();
  const old = client.request('Ping').catch(() => undefined);
  const stale = await session.action();
  session.end();
  await isDown();
  await old;
  timers.advance(10_000);
  const [next] = await Promise.all([login(), isUp()]);
  const reply = client.request('Ping');
  const fresh = await next.action();
  expect(fresh.id).not.toBe(stale.id);
  next.answer(stale, 'Ping: stale');
  next.answer(fresh, 'Ping: fresh');
  expect((await reply).text('Ping')).toBe('fresh');
});

test('a close rejects what waits, and what comes after until it is up again', async () => {
  const session = await up();
  const waiting = [client.request('Ping'), client.list('PJSIPShowContacts')];
  await session.action();
  session.end();
  for (const reply of waiting) await expect(reply).rejects.toMatchObject({ fault: 'disconnected' });
  await isDown();
  expect(client.isUp).toBe(false);
  await expect(client.request('Ping')).rejects.toMatchObject({
    fault: 'disconnected',
    message: 'Ping was not sent: Asterisk closed the connection',
  });
  timers.advance(10_000);
  await Promise.all([login(), isUp()]);
  expect(downs).toEqual(['Asterisk closed the connection']);
});

test('a broken connection is a close like any other', async () => {
  const session = await up();
  session.reset();
  await isDown();
  expect(downs).toEqual([expect.stringMatching(/ECONNRESET/)]);
});

test('half a message is forgotten with its connection', async () => {
  const events: (string | undefined)[] = [];
  client.on('event', (message) => events.push(message.text('AOR')));
  const session = await up();
  session.write('Event: ContactStatus\r\nAOR: 1001\r\nURI: sip:ev');
  session.end();
  await isDown();
  timers.advance(10_000);
  const [next] = await Promise.all([login(), isUp()]);
  next.write('Event: ContactStatus\r\nAOR: 1002\r\n\r\n');
  await until('the event is there', SOON_MS, () => events.length > 0);
  expect(events).toEqual(['1002']);
});

test('a peer gone silent is dropped', async () => {
  const session = await up();
  timers.advance(10_000);
  timers.advance(10_000);
  await session.expect('Ping');
  timers.advance(5000);
  await isDown();
  expect(downs).toEqual(['Asterisk did not answer a Ping within 5000 ms']);
  await session.closed();
});

test('a peer that still sends is not silent, though the Ping’s answer has to queue', async () => {
  let events = 0;
  client.on('event', () => {
    events += 1;
  });
  const session = await up();
  timers.advance(20_000);
  await session.expect('Ping');
  session.write('Event: ContactStatus\r\n\r\n');
  await until('the event is read', SOON_MS, () => events === 1);
  timers.advance(5000);
  expect(client.isUp).toBe(true);
  timers.advance(20_000);
  await session.expect('Ping');
  timers.advance(5000);
  await isDown();
});

test('an action without an answer ends at its deadline, and the connection stays', async () => {
  const session = await up();
  const reply = client.request('Ping');
  await session.action();
  timers.advance(2000);
  await expect(reply).rejects.toMatchObject({ fault: 'timeout' });
  expect(client.isUp).toBe(true);
});

test('a message that does not end is dropped with its connection', async () => {
  const session = await up();
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  for (let n = 0; n < 9; n++) session.write(megabyte);
  await isDown();
  expect(downs).toEqual(['Asterisk sent a message of more than 8388608 bytes']);
});

test('a line that is too long is dropped with its connection', async () => {
  const session = await up();
  session.write(Buffer.alloc(1024 * 1024 + 1, 'x'));
  session.write('\r\n\r\n');
  await isDown();
  expect(downs).toEqual(['Asterisk sent a line that is too long']);
});

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
  ['bytes', Buffer.from([0xff, 0x00, 0x0d, 0x0a])],
  ['an endless line', 'x'.repeat(5000)],
])('what greets with %s is left again', async (_, greeting) => {
  client.start();
  const session = await peer.session();
  session.write(greeting);
  await session.closed();
  expect(session.received).toBe('');
  await until('it is in the log', SOON_MS, () => log.length > 0);
  expect(log.join()).toMatch(/not the manager of an Asterisk|a banner of more than 256 bytes/);
  expect(client.isUp).toBe(false);
});

test('what greets not at all is left again', async () => {
  client.start();
  const session = await peer.session();
  await until('the banner is waited for', SOON_MS, () => timers.pending.includes(30_000));
  timers.advance(5000);
  await session.closed();
  await until('it is in the log', SOON_MS, () => log.length > 0);
  expect(log.join()).toContain('no banner within 5000 ms');
});

test('a peer that ends in the middle of the login is tried again', async () => {
  client.start();
  const session = await peer.session();
  session.greet();
  await session.expect('Challenge');
  session.end();
  await until('the next attempt waits', SOON_MS, () => timers.pending.length === 1);
  timers.advance(10_000);
  await Promise.all([login(), isUp()]);
  expect(downs).toEqual([]);
});

test('a refused login is said once and not hammered', async () => {
  client.start();
  for (let attempt = 1; attempt <= 3; attempt++) {
    const session = await peer.session();
    session.greet();
    session.answer(await session.expect('Challenge'), 'Challenge: 1');
    session.refuse(await session.expect('Login'), 'Authentication failed');
    await session.closed();
    await until('the next attempt waits', SOON_MS, () => timers.pending.length === 1);
    expect(timers.pending[0]).toBeGreaterThanOrEqual(5000);
    timers.advance(10_000);
  }
  const why =
    'login of AMI user "lock" refused, check its secret and permit lines (Asterisk refused Login: Authentication failed)';
  expect(downs).toEqual([why]);
  expect(log.filter((line) => line.startsWith('error'))).toHaveLength(1);
  await expect(client.request('Ping')).rejects.toThrow(why);
});

test('a user without the rights is told which', async () => {
  client.start();
  const session = await peer.session();
  session.greet();
  session.answer(await session.expect('Challenge'), 'Challenge: 1');
  session.answer(await session.expect('Login'));
  session.refuse(await session.expect('Filter'), 'Permission denied');
  await isDown();
  expect(downs[0]).toContain('write = system,call,reporting');
});

test('an Asterisk that still loads its modules is not up yet', async () => {
  client.start();
  const session = await peer.session();
  await session.logIn({ booted: false });
  await expect(client.request('PJSIPShowContacts')).rejects.toMatchObject({ fault: 'disconnected' });
  session.fullyBooted();
  await isUp();
});

test('an Asterisk that never says it has booted is up after a while, with a warning', async () => {
  client = newClient({ boot: 4000 });
  client.start();
  const session = await peer.session();
  await session.logIn({ booted: false });
  await until('the login is over', SOON_MS, () => !timers.pending.includes(5000));
  timers.advance(4000);
  await isUp();
  expect(log.join()).toContain('read = system,security');
  session.fullyBooted();
  await isDown();
  expect(downs).toEqual(['Asterisk has only now finished booting']);
});

test('a shutdown is told from a lost connection', async () => {
  const session = await up();
  session.write('Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Uncleanly\r\nRestart: True\r\n\r\n');
  session.end();
  await isDown();
  expect(downs).toEqual(['Asterisk restarts']);
});

test('only so many actions wait at once', async () => {
  await up();
  const replies = Array.from({ length: 1001 }, () => client.request('Ping'));
  await expect(replies.pop()).rejects.toMatchObject({
    fault: 'refused',
    message: 'Ping was not sent: too many actions wait for Asterisk',
  });
  timers.advance(2000);
  for (const reply of replies) await expect(reply).rejects.toMatchObject({ fault: 'timeout' });
});

test('a peer that does not read fills no memory', async () => {
  const session = await up();
  session.stopReading();
  const fields = Array.from({ length: 100 }, (_, n) => [`Variable-${n}`, 'x'.repeat(1000)] as const);
  const outcomes = Array.from({ length: 200 }, () =>
    client.request('Setvar', fields).catch((error: Error) => error.message),
  );
  expect(await outcomes.at(-1)).toBe('Setvar was not sent: Asterisk reads too slowly');
  session.reset();
});

test('attempts to connect come ever later', async () => {
  const { port } = peer;
  await peer.close();
  const connect = 4321;
  client = newClient({ connect });
  client.start();
  const isWaiting = () => timers.pending.length === 1 && timers.pending[0] !== connect;
  const waits: number[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    await until('the next attempt waits', SOON_MS, isWaiting);
    waits.push(...timers.pending);
    timers.advance(waits.at(-1) ?? 0);
  }
  expect(waits).toEqual([125, 250, 500, 1000, 2000, 4000, 5000, 5000]);
  expect(log).toHaveLength(1);
  await until('the next attempt waits', SOON_MS, isWaiting);
  peer = await AmiPeer.listen(port);
  timers.advance(10_000);
  await Promise.all([login(), isUp()]);
});

test('a connection that held makes the next attempt come soon again, one that did not does not', async () => {
  client.start();
  const waits: number[] = [];
  for (const held of [0, 0, 10_000, 0]) {
    const [session] = await Promise.all([login(), isUp()]);
    timers.advance(held);
    session.end();
    await until('the next attempt waits', SOON_MS, () => !client.isUp && timers.pending.length === 1);
    waits.push(...timers.pending);
    timers.advance(waits.at(-1) ?? 0);
  }
  expect(waits).toEqual([125, 250, 125, 250]);
  await Promise.all([login(), isUp()]);
});

test('stopping needs no answer and leaves nothing behind', async () => {
  const session = await up();
  const stopped = client.stop();
  await session.expect('Logoff');
  timers.advance(500);
  await stopped;
  await session.closed();
  expect(timers.pending).toEqual([]);
  expect(downs).toEqual(['stopped']);
  client.start();
  expect(peer.count).toBe(1);
});

test('stopping in the middle of a login ends it', async () => {
  client.start();
  const session = await peer.session();
  session.greet();
  await session.expect('Challenge');
  const stopped = client.stop();
  timers.advance(500);
  await stopped;
  await session.closed();
  expect(timers.pending).toEqual([]);
});
