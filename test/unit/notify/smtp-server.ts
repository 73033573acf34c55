/** A real mail server on loopback that keeps what it takes. Its certificate is for localhost, and nobody's authority. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

const file = (name: string) => readFileSync(new URL(`./tls/${name}`, import.meta.url), 'utf8');

export const CERTIFICATE = file('localhost.pem');
export const LOGIN = { user: 'device-lock', password: 'hunter2-s3cret' } as const;

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly isSecure: boolean;
  readonly user: string | undefined;
  /** As it was sent. */
  readonly raw: string;
  /** The header section, unfolded. */
  readonly header: string;
  /** Decoded. */
  readonly body: string;
}

export interface MailServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: readonly Mail[];
}

/** @param options of smtp-server; a login is asked for unless they say otherwise */
export async function startMailServer(options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    ...{ key: file('localhost.key'), cert: CERTIFICATE, logger: false, closeTimeout: 100 },
    ...{ authMethods: ['PLAIN', 'LOGIN'], disableReverseLookup: true },
    onAuth({ username, password }, _, callback) {
      const isRight = username === LOGIN.user && password === LOGIN.password;
      if (isRight) callback(null, { user: username });
      else callback(new Error(`no, ${password} is wrong`));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          isSecure: session.secure,
          user: session.user as string | undefined,
          ...read(Buffer.concat(chunks).toString('utf8')),
        });
        callback();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function read(raw: string): Pick<Mail, 'raw' | 'header' | 'body'> {
  const end = raw.indexOf('\r\n\r\n');
  const coded = raw.slice(end + 4).replace(/=\r\n/g, '');
  const bytes = coded.replace(/=([0-9A-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return {
    raw,
    header: raw.slice(0, end).replace(/\r\n[ \t]+/g, ' '),
    body: Buffer.from(bytes, 'latin1').toString('utf8'),
  };
}
