import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type WebhookOptions, webhookChannel } from '../../../src/notify/webhook.ts';
import { alert, message, NOW, never } from './messages.ts';
import { CERTIFICATE } from './smtp-server.ts';

interface Posted {
  readonly headers: IncomingMessage['headers'];
  readonly path: string;
  readonly body: string;
}

async function receiver(answer: (response: ServerResponse, posted: Posted) => void, isTls = false) {
  const posts: Posted[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const posted = {
        headers: request.headers,
        path: request.url ?? '',
        body: Buffer.concat(chunks).toString(),
      };
      posts.push(posted);
      answer(response, posted);
    });
  };
  const key = readFileSync(new URL('./tls/localhost.key', import.meta.url));
  const server = isTls ? createTlsServer({ key, cert: CERTIFICATE }, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    posts,
    url: `http${isTls ? 's' : ''}://localhost:${port}/hooks/T0KEN?key=s3cret`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function channel(url: string, change: Partial<WebhookOptions> = {}) {
  return webhookChannel({ url, secret: 'shared', ca: CERTIFICATE, timeout: 2000, now: () => NOW, ...change });
}

const failureOf = (sent: Promise<unknown>) => sent.then(() => undefined).catch((error) => error);

describe('a webhook', () => {
  test('gets alerts as JSON, with a signature over time and body that the receiver can check', async () => {
    await using hook = await receiver((response) => response.writeHead(204).end());
    await channel(hook.url).send(message([alert({ id: 'a1' })], { console: 'https://pbx.example/' }), never);
    const { headers, body, path } = hook.posts[0] as Posted;
    expect(path).toBe('/hooks/T0KEN?key=s3cret');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-device-lock-delivery': 'm1',
      'x-device-lock-timestamp': String(NOW / 1000),
    });
    const expected = createHmac('sha256', 'shared')
      .update(`${NOW / 1000}.${body}`)
      .digest('hex');
    expect(headers['x-device-lock-signature']).toBe(`v1=${expected}`);
    expect(JSON.parse(body)).toMatchObject({
      ...{ format: 'device-lock-alerts', version: 1, host: 'pbx1', console: 'https://pbx.example/' },
      alerts: [{ id: 'a1', kind: 'violation', at: '2026-11-20T14:30:00.000Z', data: { extension: '1001' } }],
      more: 0,
    });
  });

  test('is not signed without a secret, and goes over TLS to who has the right certificate', async () => {
    await using hook = await receiver((response) => response.end('ok'), true);
    await channel(hook.url, { secret: '' }).send(message(), never);
    expect(hook.posts[0]?.headers).not.toHaveProperty('x-device-lock-signature');
    const failure = await failureOf(channel(hook.url, { ca: undefined }).send(message(), never));
    expect(failure.message).toMatch(/self-signed/);
  });

  test('shows of its address the origin alone', async () => {
    const { target } = channel('https://user:pass@hooks.example/T0KEN?key=s3cret');
    expect(target).toBe('https://hooks.example');
  });
});

describe('a webhook fails, and says why without its address,', () => {
  test('where it answers anything but yes', async () => {
    await using hook = await receiver((response) =>
      response.writeHead(503, { 'retry-after': '120' }).end('It \x1b[2Jis busy\n'),
    );
    const failure = await failureOf(channel(hook.url).send(message(), never));
    expect(failure).toMatchObject({ name: 'DeliveryError', retryAfter: 120_000 });
    expect(failure.message).toBe('the webhook answered HTTP 503: It \\u{1b}[2Jis busy');
  });

  test('where the answer says back what was asked for', async () => {
    await using hook = await receiver((response, { path, headers }) =>
      response
        .writeHead(404)
        .end(`Cannot POST ${path} (http://${headers.host}${path}), no such token T0KEN, nor my key, shared`),
    );
    const failure = await failureOf(channel(`${hook.url}&more=my%20key`).send(message(), never));
    expect(failure).toMatchObject({ isRefusal: true });
    expect(failure.message).toMatch(/^the webhook answered HTTP 404: Cannot POST \(secret\)/);
    for (const part of ['T0KEN', 's3cret', 'shared', 'my key', 'my%20key'])
      expect(failure.message).not.toContain(part);
  });

  test('where it would send us elsewhere', async () => {
    await using other = await receiver((response) => response.end());
    await using hook = await receiver((response) => response.writeHead(307, { location: other.url }).end());
    const failure = await failureOf(channel(hook.url).send(message(), never));
    expect(failure.message).toContain('redirects are not followed');
    expect(other.posts).toEqual([]);
  });

  test('where it does not answer in time', async () => {
    await using hook = await receiver(() => undefined);
    const failure = await failureOf(channel(hook.url, { timeout: 100 }).send(message(), never));
    expect(failure.message).toBe('the webhook took too long');
  });

  test('where its refusal never ends', async () => {
    await using hook = await receiver((response) => {
      response.writeHead(500);
      const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
      response.on('close', () => clearInterval(timer));
    });
    const failure = await failureOf(channel(hook.url).send(message(), never));
    expect(failure.message).toMatch(/^the webhook answered HTTP 500: x+…?$/);
    expect(failure.message.length).toBeLessThan(200);
  });

  test('where it speaks no HTTP, or nobody is there', async () => {
    await using hook = await receiver((response) => response.socket?.end('220 smtp.example ESMTP\r\n'));
    expect((await failureOf(channel(hook.url).send(message(), never))).message).not.toContain('T0KEN');
    const failure = await failureOf(channel('http://127.0.0.1:1/T0KEN').send(message(), never));
    expect(failure.message).toContain('ECONNREFUSED');
    expect(failure.message).not.toContain('T0KEN');
  });
});

test('a yes whose body never ends is a yes', async () => {
  await using hook = await receiver((response) => {
    response.writeHead(200);
    response.write('so far');
  });
  await channel(hook.url).send(message(), never);
});
