import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeMessage } from '../../sip/encode.ts';
import { MessageFramer } from '../../sip/framing.ts';
import { Inbox } from '../../sip/inbox.ts';
import { parseMessage, type SipRequest } from '../../sip/message.ts';
import { SipPhone } from '../../sip/phone.ts';
import { encodeResponse } from '../../sip/response.ts';

const CONTACT = ['Contact', '<sip:server@127.0.0.1:1>'] as const;

let server: Server;
let socket: Socket;
let requests: Inbox<SipRequest>;
let phone: SipPhone;

beforeEach(async () => {
  requests = new Inbox();
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  const { port } = server.address() as AddressInfo;
  phone = await SipPhone.open({
    server: { host: '127.0.0.1', port },
    user: '1001',
    password: 'x',
    transport: 'tcp',
  });
  [socket] = (await accepted) as [Socket];
  const framer = new MessageFramer();
  socket.on('data', (chunk) => {
    for (const bytes of framer.push(chunk)) {
      const message = parseMessage(bytes);
      if (message.kind === 'request') requests.put(message);
    }
  });
});

afterEach(async () => {
  socket.destroy();
  await phone.close();
  server.close();
});

function ok(request: SipRequest): Buffer {
  const answer = { status: 200, reason: 'OK', lines: [CONTACT], body: Buffer.alloc(0) };
  return encodeResponse(request, answer, 'servertag');
}

function bye(invite: SipRequest): Buffer {
  const lines = [
    ['Via', 'SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKs'],
    ['From', `${invite.headers.get('to')};tag=servertag`],
    ['To', invite.headers.get('from') ?? ''],
    ['Call-ID', invite.headers.get('call-id') ?? ''],
    ['CSeq', '1 BYE'],
    ['Content-Length', '0'],
  ] as const;
  return encodeMessage('BYE sip:phone SIP/2.0', lines, Buffer.alloc(0));
}

it('says that it is a connection, so that the server calls back over it', async () => {
  const registering = phone.register();
  const request = await requests.next(1000);
  expect(request.headers.get('via')).toMatch(/^SIP\/2\.0\/TCP 127\.0\.0\.1:\d+;rport;branch=/);
  expect(request.headers.get('contact')).toBe(`<sip:1001@127.0.0.1:${phone.address.port};transport=tcp>`);
  socket.write(ok(request));
  expect(await registering).toMatchObject({ status: 200 });
});

it('takes a BYE that comes in one segment with the 200', async () => {
  const placing = phone.invite('100');
  const invite = await requests.next(1000);
  socket.write(Buffer.concat([ok(invite), bye(invite)]));
  const call = await placing;
  expect(call.status).toBe(200);
  expect(await call.ended).toBe('remote');
});

it('ends everything in hand when it is lost', async () => {
  const placing = phone.invite('100');
  socket.write(ok(await requests.next(1000)));
  const call = await placing;
  const registering = expect(phone.register()).rejects.toMatchObject({ fault: 'closed' });
  const waiting = expect(phone.incoming()).rejects.toMatchObject({ fault: 'closed' });
  socket.destroy();
  expect(await call.ended).toBe('lost');
  await Promise.all([registering, waiting]);
  await expect(phone.register()).rejects.toMatchObject({ fault: 'closed' });
  await call.hangup();
});
