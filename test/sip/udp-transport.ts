/** SIP over UDP: a datagram is a message. What the network loses is the transactions' to repeat. */
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { SipError } from './error.ts';
import type { Route, Transport, TransportEvents } from './transport.ts';

/** The most a datagram carries over IPv4. */
const MAX_DATAGRAM_BYTES = 65_507;

export async function openUdp(route: Route, events: TransportEvents): Promise<Transport> {
  const host = await addressOf(route.server.host);
  // Addresses only from here on: a look-up would put off each datagram, and a close overtake it.
  const socket = createSocket({ type: 'udp4', lookup: (address, _, done) => done(null, address, 4) });
  await bind(socket, route);
  let isOpen = true;
  const send = (bytes: Buffer, port: number, address: string): void => {
    if (bytes.length > MAX_DATAGRAM_BYTES) throw new SipError('too-large', 'a message exceeds a datagram');
    // An error of the network looks like a loss: the transaction repeats, and its deadline tells.
    if (isOpen) socket.send(bytes, port, address, () => undefined);
  };
  socket.on('message', (message, { address, port }) => {
    if (isOpen) events.received(message, (bytes) => send(bytes, port, address));
  });
  socket.on('error', (error) => {
    if (isOpen) events.lost(error.message);
  });
  return {
    kind: 'udp',
    localIp: route.localIp,
    localPort: socket.address().port,
    send: (bytes) => send(bytes, route.server.port, host),
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host, { family: 4 })).address;
  } catch (cause) {
    throw new SipError('unreachable', `no IPv4 address for ${host}`, { cause });
  }
}

async function bind(socket: Socket, { localIp, localPort }: Route): Promise<void> {
  const bound = once(socket, 'listening');
  socket.bind(localPort, localIp);
  try {
    await bound;
  } catch (cause) {
    socket.close();
    throw new SipError('unreachable', `cannot bind UDP ${localIp}:${localPort}`, { cause });
  }
}
