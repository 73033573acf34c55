/** What ari-client does wrong, and that none of it ends the process or leaves anything waiting. */
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAriAsterisk } from '../../../../src/asterisk/ari/adapter.ts';
import type { AriTiming } from '../../../../src/asterisk/ari/settings.ts';
import type { Asterisk } from '../../../../src/asterisk/port.ts';
import { FakeAri, PASSWORD, USER } from './fake-ari.ts';

// Each connection starts a thread and loads the library, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 20_000 });
const DEADLINE = { timeout: 25_000, interval: 10 };
const SOON: Partial<AriTiming> = { backoff: { least: 10, first: 20, cap: 50 }, stable: 100 };

const open: Asterisk[] = [];
const logged: string[] = [];
afterEach(async () => {
  for (const asterisk of open.splice(0)) await asterisk.stop();
  logged.length = 0;
});

function start(url: string, password = PASSWORD, timing: Partial<AriTiming> = {}) {
  const log = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { debug: log, info: log, warn: log, error: log };
  const asterisk = createAriAsterisk({ url, user: USER, password, logger, timing: { ...SOON, ...timing } });
  open.push(asterisk);
  const ups: string[] = [];
  const downs: string[] = [];
  asterisk.on('up', ({ version }) => ups.push(version));
  asterisk.on('down', (why) => downs.push(why));
  asterisk.start();
  const isUp = (times = 1) => vi.waitFor(() => expect(ups.length).toBeGreaterThanOrEqual(times), DEADLINE);
  const isDown = (times = 1) =>
    vi.waitFor(() => expect(downs.length).toBeGreaterThanOrEqual(times), DEADLINE);
  return { asterisk, ups, downs, isUp, isDown };
}

const tellsAgain =
  '{"type":"ContactStatusChange","contact_info":{"aor":"1001","uri":"sip:x","contact_status":"Removed"}}';

describe('the credentials', () => {
  test('a wrong password is told once, in words, and the service tries on', async () => {
    await using ari = await FakeAri.open();
    let attempts = 0;
    ari.intercept = () => {
      attempts += 1;
      return false;
    };
    const { downs, isDown } = start(ari.url, 'wrong&secret');
    await isDown();
    await vi.waitFor(() => expect(attempts).toBeGreaterThan(2), DEADLINE);
    expect(downs).toEqual(['ARI refuses the user "device-lock" or its password']);
    expect(logged.join()).not.toContain('wrong&secret');
  });

  test('a password that is taken back between the check and the library ends no process', async () => {
    await using ari = await FakeAri.open();
    ari.intercept = (request, response) => {
      if (request.url?.includes('asterisk/info')) return false;
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"no"}');
      return true;
    };
    start(ari.url);
    await vi.waitFor(() => expect(logged.join()).toContain('ari-client failed'), DEADLINE);
    ari.intercept = () => false;
    await vi.waitFor(() => expect(open[0]?.connected).toBe(true), DEADLINE);
    expect(logged.join()).not.toContain(PASSWORD);
  });

  test('what is no ARI is told apart', async () => {
    await using ari = await FakeAri.open();
    ari.intercept = (_, response) => {
      response.end('<html>hello</html>');
      return true;
    };
    const { downs, isDown } = start(ari.url);
    await isDown();
    expect(downs).toEqual(['what answers at this address is no ARI']);
  });

  test.each(['http://127.0.0.1:8088/pbx', 'ftp://127.0.0.1', 'http://user@127.0.0.1', '127.0.0.1:8088'])(
    'the address %s is refused',
    (url) => {
      expect(() => start(url)).toThrow(/http:\/\/host:port/);
    },
  );
});

describe('a server that is silent', () => {
  test('from the first byte: given up, tried again, and stopped at once', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { asterisk } = start(`http://127.0.0.1:${port}`, PASSWORD, { connect: 100 });
    await vi.waitFor(() => expect(logged.join()).toContain('does not answer within 100 ms'), DEADLINE);
    const before = performance.now();
    await asterisk.stop();
    expect(performance.now() - before).toBeLessThan(1000);
    server.close();
  });

  test('in the middle of connecting: made anew', async () => {
    await using ari = await FakeAri.open();
    let isSilent = true;
    ari.intercept = (request) => isSilent && (request.url?.includes('events.json') ?? false);
    const { isUp } = start(ari.url, PASSWORD, { connect: 4000 });
    await vi.waitFor(() => expect(logged.join()).toContain('took too long'), DEADLINE);
    isSilent = false;
    await isUp();
  });

  test('to a request: rejected at its deadline, the connection stays', async () => {
    await using ari = await FakeAri.open();
    const { asterisk, isUp, downs } = start(ari.url, PASSWORD, { call: 100 });
    await isUp();
    ari.intercept = () => true;
    await expect(asterisk.setGlobal('X', '1')).rejects.toMatchObject({ fault: 'timeout' });
    expect(downs).toEqual([]);
  });

  test('to pings: down, with the reason', async () => {
    await using ari = await FakeAri.open();
    const { isUp, isDown, downs } = start(ari.url, PASSWORD, { pingEvery: 50, pingDeadline: 200 });
    await isUp();
    ari.freeze();
    await isDown();
    expect(downs[0]).toBe('ARI no longer answers pings');
  });
});

describe('what the library throws at', () => {
  test.each([
    ['an unknown type of event', '{"type":"NeverHeardOf","x":1}'],
    ['an event without a type', '{}'],
    ['text that is no JSON', '{"type":'],
    ['JSON that is no object', '"ContactStatusChange"'],
    ['nothing at all', ''],
  ])('%s is left out, and the next event comes', async (_, text) => {
    await using ari = await FakeAri.open();
    const { asterisk, isUp, downs } = start(ari.url);
    const changes: unknown[] = [];
    asterisk.on('contactChanged', (change) => changes.push(change));
    await isUp();
    ari.say(text);
    ari.say(tellsAgain);
    await vi.waitFor(() => expect(changes).toEqual([{ aor: '1001', uri: 'sip:x', removed: true }]), DEADLINE);
    expect(downs).toEqual([]);
  });

  test('the password in its words is not repeated', async () => {
    await using ari = await FakeAri.open();
    const { isUp } = start(ari.url);
    await isUp();
    ari.say(`{"type": ${PASSWORD} ${encodeURIComponent(PASSWORD)}`);
    await vi.waitFor(() => expect(logged.join()).toContain('***'), DEADLINE);
    expect(logged.join()).not.toContain(PASSWORD);
    expect(logged.join()).not.toContain(encodeURIComponent(PASSWORD));
  });

  test('a request that is cut off ends at the latest at its deadline', async () => {
    await using ari = await FakeAri.open();
    const { asterisk, isUp } = start(ari.url, PASSWORD, { call: 500 });
    await isUp();
    ari.intercept = (request) => {
      request.socket.destroy();
      return true;
    };
    await expect(asterisk.setGlobal('X', '1')).rejects.toMatchObject({ name: 'AsteriskError' });
    ari.intercept = () => false;
    await vi.waitFor(() => expect(asterisk.connected).toBe(true), DEADLINE);
    await asterisk.setGlobal('X', '1');
  });
});

describe('a connection that is lost', () => {
  test('is made anew for ever, with one down for each up', async () => {
    await using ari = await FakeAri.open();
    const { ups, downs, isUp } = start(ari.url);
    for (let times = 1; times <= 2; times++) {
      await isUp(times);
      ari.cut();
    }
    await isUp(3);
    const why = 'the WebSocket was lost: Asterisk closed it';
    expect(downs).toEqual([why, why]);
    expect(ups).toHaveLength(3);
    expect(ari.opened).toBe(3);
  });

  test('rejects what waited for an answer', async () => {
    await using ari = await FakeAri.open();
    const { asterisk, isUp } = start(ari.url);
    await isUp();
    ari.intercept = () => true;
    const waiting = expect(asterisk.setGlobal('X', '1')).rejects.toMatchObject({ fault: 'disconnected' });
    ari.cut();
    await waiting;
  });
});

test('before it is connected every call rejects at once', async () => {
  const asterisk = createAriAsterisk({
    url: 'http://127.0.0.1:1',
    user: USER,
    password: PASSWORD,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const calls = [
    asterisk.listContacts(),
    asterisk.contactsOf('1001', [], ['sip:x']),
    asterisk.listExtensions(),
    asterisk.setGlobal('X', '1'),
    asterisk.databasePut('CUSTOMLOCK', 'a', '1'),
    asterisk.databaseDelete('CUSTOMLOCK', 'a'),
    asterisk.databaseTree('CUSTOMLOCK'),
    asterisk.dialplanOf('default', 's'),
  ];
  for (const call of calls) await expect(call).rejects.toMatchObject({ fault: 'disconnected' });
});
