import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeMessage } from '../../sip/encode.ts';
import { Inbox } from '../../sip/inbox.ts';
import { openTransport, type Reply, type Transport } from '../../sip/transport.ts';

interface Arrival {
  readonly message: Buffer;
  readonly reply: Reply;
}

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const message = encodeMessage('OPTIONS sip:a SIP/2.0', [['Content-Length', '0']], Buffer.alloc(0));

async function open(kind: 'udp' | 'tcp', port: number, localIp = '127.0.0.5') {
  const received = new Inbox<Arrival>();
  const lost = new Inbox<string>();
  const transport: Transport = await openTransport(
    { kind, server: { host: '127.0.0.1', port }, localIp, localPort: 0 },
    { received: (bytes, reply) => received.put({ message: bytes, reply }), lost: (why) => lost.put(why) },
  );
  closing.push(() => transport.close());
  return { transport, received, lost };
}

describe('UDP', () => {
  async function openServer() {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    closing.push(() => socket.close());
    return socket;
  }

  it('carries whole messages both ways, from the address that was asked for', async () => {
    const server = await openServer();
    const { transport, received } = await open('udp', server.address().port);
    const arrived = once(server, 'message');
    transport.send(message);
    const [bytes, source] = await arrived;
    expect(bytes).toEqual(message);
    expect(source).toMatchObject({ address: '127.0.0.5', port: transport.localPort });
    server.send('one', transport.localPort, '127.0.0.5');
    const answered = once(server, 'message');
    const { message: one, reply } = await received.next(1000);
    expect(one.toString()).toBe('one');
    reply(Buffer.from('two'));
    expect(String((await answered)[0])).toBe('two');
  });

  it('refuses what no datagram carries, and says nothing once closed', async () => {
    const server = await openServer();
    const { transport } = await open('udp', server.address().port);
    expect(() => transport.send(Buffer.alloc(65_508))).toThrow(
      expect.objectContaining({ fault: 'too-large' }),
    );
    await transport.close();
    await transport.close();
    transport.send(message);
  });

  it('sends what was said just before it is closed', async () => {
    const server = await openServer();
    const { transport } = await open('udp', server.address().port);
    const arrived = once(server, 'message');
    transport.send(message);
    await transport.close();
    expect((await arrived)[0]).toEqual(message);
  });

  it('cannot have a port that is taken', async () => {
    const server = await openServer();
    const route = {
      kind: 'udp',
      server: { host: '127.0.0.1', port: 5060 },
      localIp: '127.0.0.1',
      localPort: server.address().port,
    } as const;
    const opened = openTransport(route, { received: () => undefined, lost: () => undefined });
    await expect(opened).rejects.toMatchObject({ fault: 'unreachable' });
  });
});

describe('TCP', () => {
  async function openServer(): Promise<{ server: Server; port: number; connections: Inbox<Socket> }> {
    const connections = new Inbox<Socket>();
    const server = createServer((socket) => {
      closing.push(() => socket.destroy());
      socket.on('error', () => undefined);
      connections.put(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => server.close());
    return { server, port: (server.address() as AddressInfo).port, connections };
  }

  it('carries whole messages both ways, whatever the segments', async () => {
    const { port, connections } = await openServer();
    const { transport, received } = await open('tcp', port);
    const socket = await connections.next(1000);
    expect(socket.remoteAddress).toBe('127.0.0.5');
    expect(socket.remotePort).toBe(transport.localPort);
    socket.write(Buffer.concat([message, message.subarray(0, 9)]));
    const first = await received.next(1000);
    socket.write(message.subarray(9));
    const second = await received.next(1000);
    expect([first.message, second.message]).toEqual([message, message]);
    const answered = once(socket, 'data');
    second.reply(message);
    expect((await answered)[0]).toEqual(message);
  });

  it('is lost when the server closes it', async () => {
    const { port, connections } = await openServer();
    const { lost } = await open('tcp', port);
    (await connections.next(1000)).end();
    expect(await lost.next(1000)).toBe('the server closed the connection');
  });

  it('is lost when what comes cannot be framed', async () => {
    const { port, connections } = await openServer();
    const { lost } = await open('tcp', port);
    (await connections.next(1000)).write('SIP/2.0 200 OK\r\n\r\n');
    expect(await lost.next(1000)).toContain('Content-Length');
  });

  it('is lost when the server does not read', async () => {
    const { port, connections } = await openServer();
    const { transport, lost } = await open('tcp', port);
    (await connections.next(1000)).pause();
    for (let i = 0; i < 200; i++) transport.send(Buffer.alloc(65_000));
    expect(await lost.next(1000)).toBe('the server does not read');
  });

  it('closes for good, also where the server keeps its side open', async () => {
    const { port, connections } = await openServer();
    const { transport, lost } = await open('tcp', port);
    (await connections.next(1000)).pause();
    await transport.close();
    await expect(lost.next(1)).rejects.toMatchObject({ fault: 'timeout' });
  });

  it('cannot be opened where nobody listens', async () => {
    const { server, port } = await openServer();
    server.close();
    await once(server, 'close');
    await expect(open('tcp', port)).rejects.toMatchObject({ fault: 'unreachable' });
  });
});
