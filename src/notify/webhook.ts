/**
 * Alerts as JSON over HTTP. Signed, so that the receiver can tell they are ours and new: HMAC-SHA256, in hex, over the
 * timestamp, a full stop and the body. No redirect is followed, and little of the answer is read.
 */
import { createHmac } from 'node:crypto';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { type Channel, DeliveryError } from './channel.ts';
import type { Message } from './message.ts';
import { saidBy } from './said.ts';

export interface WebhookOptions {
  /** `https:` or `http:`. May hold a secret: only its origin is ever shown. */
  readonly url: string;
  /** Empty: not signed. */
  readonly secret: string;
  /** PEM; undefined is the system's authorities. */
  readonly ca: string | undefined;
  /** Milliseconds for all of it. */
  readonly timeout: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Bytes of the answer that are read: enough for a person to see what was wrong. */
const MOST_HEARD = 4096;
const SAID = 120;
/** Answers that are the same whatever the message holds. */
const ONLY_BUSY: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

export function webhookChannel(options: WebhookOptions): Channel {
  return {
    name: 'webhook',
    target: new URL(options.url).origin,
    send: async (message, signal) => {
      await post(options, message, AbortSignal.any([signal, AbortSignal.timeout(options.timeout)]));
      return undefined;
    },
  };
}

/** `v1=` and the signature, as in the header `x-device-lock-signature`. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

async function post(options: WebhookOptions, message: Message, signal: AbortSignal): Promise<void> {
  const { url, secret, now } = options;
  const body = JSON.stringify(message.document);
  const timestamp = String(Math.floor(now() / 1000));
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'device-lock',
    connection: 'close',
    'x-device-lock-delivery': message.id,
    'x-device-lock-timestamp': timestamp,
    ...(secret === '' ? {} : { 'x-device-lock-signature': signatureOf(secret, timestamp, body) }),
  };
  const answer = await ask(options, { method: 'POST', headers, signal, agent: false }, body).catch(
    (cause) => {
      if (signal.aborted) throw new DeliveryError('the webhook took too long', { cause });
      throw new DeliveryError(saidBy(cause, [secret, ...secretsIn(url)]), { cause });
    },
  );
  const { status, text, retryAfter } = answer;
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400) {
    throw new DeliveryError(`the webhook answered HTTP ${status}: redirects are not followed`);
  }
  // Many say back what they were asked for, and with it the address.
  const said = saidBy(text, [secret, ...secretsIn(url)]).slice(0, SAID);
  const words = `the webhook answered HTTP ${status}${said === '' ? '' : `: ${said}`}`;
  const isRefusal = !ONLY_BUSY.has(status);
  throw new DeliveryError(words, { isRefusal, ...(retryAfter === undefined ? {} : { retryAfter }) });
}

/** Whatever of the address may be known to nobody else: all of it, and each part behind the host. */
function secretsIn(url: string): string[] {
  const { href, pathname, search, searchParams, username, password } = new URL(url);
  const parts = [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length > 3);
  const whole = [url, href, pathname + search, pathname].filter((part) => part.length > 3);
  return [...whole, ...parts, username, password];
}

interface Answer {
  readonly status: number;
  readonly text: string;
  /** Milliseconds. */
  readonly retryAfter: number | undefined;
}

function ask({ url, ca }: WebhookOptions, options: RequestOptions, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onAnswer = (response: IncomingMessage) => read(response).then(resolve, reject);
    const asked = url.startsWith('https:')
      ? requestHttps(
          url,
          { ...options, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
          onAnswer,
        )
      : requestHttp(url, options, onAnswer);
    asked.on('error', reject);
    asked.end(body);
  });
}

/** A beginning of the answer; the rest is not waited for. */
async function read(response: IncomingMessage): Promise<Answer> {
  const status = response.statusCode ?? 0;
  const after = Number(response.headers['retry-after']);
  const retryAfter = Number.isFinite(after) && after > 0 ? after * 1000 : undefined;
  let text = '';
  // Who takes the message has answered with that: a body that never ends must not undo it.
  if (status < 200 || status >= 300) {
    for await (const chunk of response) {
      text += String(chunk).slice(0, MOST_HEARD);
      if (text.length >= MOST_HEARD) break;
    }
  }
  response.destroy();
  return { status, text, retryAfter };
}
