/**
 * Alerts by mail: plain text over SMTP. The socket is opened here, so that it can be closed when time is up or the server
 * will not stop talking, whatever the mail library waits for.
 */
import { connect, type Socket } from 'node:net';
import { type Channel, DeliveryError } from './channel.ts';
import type { Message } from './message.ts';
import { saidBy } from './said.ts';

export interface EmailOptions {
  readonly host: string;
  readonly port: number;
  /** `starttls` and `tls` check the server's certificate. */
  readonly security: 'starttls' | 'tls' | 'none';
  /** PEM; undefined is the system's authorities. */
  readonly ca: string | undefined;
  /** Empty is nobody. */
  readonly user: string;
  readonly password: string;
  readonly from: string;
  readonly to: readonly string[];
}

/** Nothing that a server says in one session is as long. */
const MOST_HEARD = 64 * 1024;
const LOOK_EVERY = 50;
const CONNECT_MS = 10_000;

export function emailChannel(options: EmailOptions): Channel {
  const { host, port, to } = options;
  return {
    name: 'email',
    target: `${to.join(', ')} by ${host}:${port}`,
    send: (message, signal) => send(options, message, signal),
  };
}

async function send(
  options: EmailOptions,
  message: Message,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { host, port, security, ca, user, password, from, to } = options;
  // Only where there is a mail to send: the service starts sooner without it.
  const { createTransport } = await import('nodemailer');
  let socket: Socket | undefined;
  let why: string | undefined;
  const end = (reason: string) => {
    why ??= reason;
    socket?.destroy(new Error(reason));
  };
  const onAbort = () => end('the mail server took too long');
  const watch = setInterval(() => {
    if ((socket?.bytesRead ?? 0) > MOST_HEARD) end('the mail server said far more than a mail server says');
  }, LOOK_EVERY);
  const transport = createTransport({
    ...{ host, port, name: nameOf(from), secure: security === 'tls', requireTLS: security === 'starttls' },
    ignoreTLS: security === 'none',
    ...(user === '' ? {} : { auth: { user, pass: password } }),
    tls: { minVersion: 'TLSv1.2', servername: host, ...(ca === undefined ? {} : { ca }) },
    ...{ connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: CONNECT_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
    getSocket: (_, callback) => {
      const opened = connect({ host, port, signal });
      socket = opened;
      opened.setTimeout(CONNECT_MS, () => end('the mail server is silent'));
      opened.once('error', (error) => callback(error));
      opened.once('connect', () => callback(null, { connection: opened }));
    },
  });
  signal.addEventListener('abort', onAbort);
  try {
    const { rejected } = await raced(transport.sendMail(mailOf(message, from, to)), signal);
    return rejected.length === 0 ? undefined : `not taken for: ${rejected.map(addressOf).join(', ')}`;
  } catch (error) {
    // Some say back what was said to them, which may have been a login.
    const login = `\0${user}\0${password}`;
    const isRefusal = error instanceof Error && 'code' in error && error.code === 'EMESSAGE';
    throw new DeliveryError(why ?? saidBy(error, [login, password, user]), { cause: error, isRefusal });
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearInterval(watch);
    transport.close();
    socket?.destroy();
  }
}

function mailOf({ id, severity, subject, text }: Message, from: string, to: readonly string[]) {
  return {
    from: { name: 'Device Lock', address: from },
    to: [...to],
    messageId: `<${id}@${nameOf(from)}>`,
    ...{ subject, text, textEncoding: 'quoted-printable' as const },
    ...(severity === 'critical' ? { priority: 'high' as const } : {}),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Device-Lock-Severity': severity },
  };
}

/** What the machine calls itself: the part behind the @. */
function nameOf(from: string): string {
  return from.slice(from.lastIndexOf('@') + 1);
}

function addressOf(rejected: string | { readonly address: string }): string {
  return typeof rejected === 'string' ? rejected : rejected.address;
}

/** The mail library may wait for what will never come. */
async function raced<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new DeliveryError('the mail server took too long'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
