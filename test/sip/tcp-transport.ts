/**
 * SIP over TCP, and over TLS (whose certificate is not looked at): one connection from the phone, which the server uses for its own requests too. It is framed by
 * Content-Length and is never opened again once lost.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { SipError } from './error.ts';
import { MessageFramer } from './framing.ts';
import type { Route, Transport, TransportEvents } from './transport.ts';

const CONNECT_DEADLINE_MS = 3000;
/** How long the server may take to close its side. */
const CLOSE_DEADLINE_MS = 500;
/** What may wait unsent towards a server that does not read. */
const MAX_UNSENT_BYTES = 1_048_576;

export async function openTcp(route: Route, events: TransportEvents): Promise<Transport> {
  const plain = connect({
    ...route.server,
    localAddress: route.localIp,
    ...(route.localPort === 0 ? {} : { localPort: route.localPort }),
    noDelay: true,
  });
  await connected(plain, 'connect', route);
  const socket = route.kind === 'tls' ? connectTls({ socket: plain, rejectUnauthorized: false }) : plain;
  if (route.kind === 'tls') await connected(socket, 'secureConnect', route);
  // The plain socket's ports: a TLS socket over it does not tell its own.
  const localPort = plain.localPort ?? 0;
  let isOpen = true;
  const lose = (why: string): void => {
    if (!isOpen) return;
    isOpen = false;
    socket.destroy();
    events.lost(why);
  };
  const send = (bytes: Buffer): void => {
    if (!isOpen) return;
    if (socket.writableLength + bytes.length > MAX_UNSENT_BYTES) lose('the server does not read');
    else socket.write(bytes);
  };
  const framer = new MessageFramer();
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of framer.push(chunk)) if (isOpen) events.received(message, send);
    } catch (error) {
      if (!(error instanceof SipError)) throw error;
      lose(error.message);
    }
  });
  socket.on('error', (error) => lose(error.message));
  socket.on('close', () => lose('the server closed the connection'));
  return {
    kind: route.kind,
    localIp: route.localIp,
    localPort,
    send,
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      // Not once(): a reset of the server's ends the wait well too.
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      // Not destroyed at once: that may take back what was just written.
      socket.end();
      const deadline = setTimeout(() => socket.destroy(), CLOSE_DEADLINE_MS);
      await closed;
      clearTimeout(deadline);
    },
  };
}

async function connected(socket: Socket, event: string, { server }: Route): Promise<void> {
  try {
    await once(socket, event, { signal: AbortSignal.timeout(CONNECT_DEADLINE_MS) });
  } catch (cause) {
    socket.destroy();
    throw new SipError('unreachable', `cannot connect to ${server.host}:${server.port}`, { cause });
  }
}
