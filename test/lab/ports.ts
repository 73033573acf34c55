/** Free loopback ports, found by binding port 0: several instances run side by side and none has a fixed port. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** How often a port that was free for TCP may turn out to be taken for UDP. */
const ATTEMPTS = 20;

export async function freeTcpPort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error(`no TCP port on ${host}`);
  return address.port;
}

/** A port that is free for UDP and TCP alike: SIP uses one number for both. */
export async function freeSipPort(host: string): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freeTcpPort(host);
    if (await isFreeForUdp(host, port)) return port;
  }
  throw new Error(`no port on ${host} is free for both UDP and TCP`);
}

async function isFreeForUdp(host: string, port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
