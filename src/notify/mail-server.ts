/**
 * Hands one mail to a mail server, or says why it could not: plain text over SMTP. The socket is opened here, so that it
 * can be closed when time is up or the server will not stop talking, whatever the mail library waits for.
 */
import { connect, type Socket } from 'node:net';
import { DeliveryError } from './channel.ts';
import { saidBy } from './said.ts';

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `starttls` and `tls` check the server's certificate. */
  readonly security: 'starttls' | 'tls' | 'none';
  /** PEM; undefined is the system's authorities. */
  readonly ca: string | undefined;
  /** Empty is nobody. */
  readonly user: string;
  readonly password: string;
  /** Whom the mails are from. */
  readonly from: string;
}

export interface Mail {
  /** Of its own; a part of the mail's Message-ID. */
  readonly id: string;
  readonly to: readonly string[];
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly isUrgent?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Nothing that a server says in one session is as long. */
const MOST_HEARD = 64 * 1024;
const LOOK_EVERY = 50;
const CONNECT_MS = 10_000;

/**
 * @param signal ends the attempt
 * @param secrets what an error must not say, besides the login
 * @returns the addresses that the server did not take it for, where it took it for others
 * @throws DeliveryError
 */
export async function sendMail(
  server: MailServer,
  mail: Mail,
  signal: AbortSignal,
  secrets: readonly string[] = [],
): Promise<readonly string[]> {
  const { host, port, security, ca, user, password, from } = server;
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
    const { rejected } = await raced(transport.sendMail(written(mail, from)), signal);
    return rejected.map(addressOf);
  } catch (error) {
    // Some say back what was said to them, which may have been a login.
    const login = `\0${user}\0${password}`;
    const isRefusal = error instanceof Error && 'code' in error && error.code === 'EMESSAGE';
    const said = why ?? saidBy(error, [login, password, user, ...secrets]);
    throw new DeliveryError(said, { cause: error, isRefusal });
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearInterval(watch);
    transport.close();
    socket?.destroy();
  }
}

function written({ id, to, subject, text, isUrgent, headers }: Mail, from: string) {
  return {
    from: { name: 'Device Lock', address: from },
    // Not as text, in which the mail library would look for names and lists.
    to: to.map((address) => ({ name: '', address })),
    messageId: `<${id}@${nameOf(from)}>`,
    ...{ subject, text, textEncoding: 'quoted-printable' as const },
    ...(isUrgent === true ? { priority: 'high' as const } : {}),
    headers: { 'Auto-Submitted': 'auto-generated', ...headers },
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
