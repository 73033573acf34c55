import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { provokeEvents } from '../../../src/doctor/provoke-events.ts';

const BOOTED = 'Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n';

function loggedIn(account: string, at: Date): string {
  const time = at.toISOString().replace('Z', '+0000');
  return `Event: SuccessfulAuth\r\nPrivilege: security,all\r\nEventTV: ${time}\r\nService: AMI\r\nAccountID: ${account}\r\n\r\n`;
}

/** A manager that lets everybody in and then says what it is told to. */
async function manager(behind: () => string) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('Asterisk Call Manager/9.0.0\r\n');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk;
      for (let end = heard.indexOf('\r\n\r\n'); end !== -1; end = heard.indexOf('\r\n\r\n')) {
        const action = heard.slice(0, end);
        heard = heard.slice(end + 4);
        const id = /^ActionID: (.*)$/m.exec(action)?.[1]?.trim();
        socket.write(`Response: Success\r\nActionID: ${id}\r\nChallenge: 12345\r\n\r\n`);
        if (action.includes('Action: Login')) socket.write(behind());
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    login: { endpoint: { host: '127.0.0.1', port }, user: 'device-lock', secret: 'secret' },
    [Symbol.dispose]: () => void server.close(),
  };
}

test('both kinds of events are heard, and the clock is read', async () => {
  using asterisk = await manager(() => BOOTED + loggedIn('device-lock', new Date(Date.now() + 60_000)));
  const { skew, ...heard } = await provokeEvents(asterisk.login, 5000);
  expect(heard).toEqual({ system: true, security: true });
  expect(skew).toBeGreaterThan(55_000);
  expect(skew).toBeLessThan(65_000);
});

test.each([
  ['only system', BOOTED, { system: true, security: false }],
  ['nothing', '', { system: false, security: false }],
  ["another user's login", BOOTED + loggedIn('someone', new Date()), { system: true, security: false }],
])('where %s comes, that is told after a short while', async (_, events, heard) => {
  using asterisk = await manager(() => events);
  expect(await provokeEvents(asterisk.login, 5000)).toMatchObject(heard);
});

test('a manager that is not there is an error', async () => {
  const login = { endpoint: { host: '127.0.0.1', port: 1 }, user: 'u', secret: 's' };
  await expect(provokeEvents(login, 2000)).rejects.toThrow('cannot reach');
});
