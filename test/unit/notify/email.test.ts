import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type EmailOptions, emailChannel } from '../../../src/notify/email.ts';
import { alert, message, never } from './messages.ts';
import { CERTIFICATE, LOGIN, type Mail, startMailServer } from './smtp-server.ts';

function channel(port: number, change: Partial<EmailOptions> = {}) {
  return emailChannel({
    ...{ host: 'localhost', port, security: 'starttls', ca: CERTIFICATE, ...LOGIN },
    ...{ from: 'device-lock@pbx1.example', to: ['noc@example.com', 'boss@example.com'] },
    ...change,
  });
}

function only(mails: readonly Mail[]): Mail {
  const [mail] = mails;
  if (mail === undefined || mails.length !== 1) throw new Error(`${mails.length} mails came`);
  return mail;
}

describe('a mail', () => {
  test.each([
    ['starttls', {}],
    ['tls', { secure: true }],
  ] as const)('goes out over %s, logged in, to all who are to get it', async (security, server) => {
    await using smtp = await startMailServer(server);
    await channel(smtp.port, { security }).send(message(), never);
    const mail = only(smtp.mails);
    expect(mail).toMatchObject({
      ...{ from: 'device-lock@pbx1.example', isSecure: true, user: LOGIN.user },
      to: ['noc@example.com', 'boss@example.com'],
    });
    expect(mail.header).toContain('Content-Type: text/plain; charset=utf-8');
    expect(mail.header).toContain('Auto-Submitted: auto-generated');
    expect(mail.header).toContain(
      'Subject: [Device Lock pbx1] Extension 1001 (Reception): another device has registered',
    );
    expect(mail.body).toContain('Device says  friendly-scanner');
    expect(mail.body).toContain('device-lock show 1001');
    expect(mail.raw).not.toContain('hunter2');
  });

  test('goes to a mail server of this machine without a login and without TLS where so configured', async () => {
    await using smtp = await startMailServer({ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] });
    await channel(smtp.port, { host: '127.0.0.1', security: 'none', user: '' }).send(message(), never);
    expect(only(smtp.mails)).toMatchObject({ isSecure: false, user: undefined });
  });

  test('carries no header and no markup that a device or a name wrote', async () => {
    await using smtp = await startMailServer();
    const evil = 'x\r\nBcc: thief@evil.example\r\n\r\n<script>alert(1)</script> http://evil.example/login';
    const hostile = alert({ title: `Extension 1001 (${evil})`, data: { userAgent: evil, extension: evil } });
    await channel(smtp.port).send(message([hostile]), never);
    const mail = only(smtp.mails);
    expect(mail.to).toHaveLength(2);
    expect(mail.header).not.toMatch(/^Bcc:/m);
    expect(mail.header).not.toContain('text/html');
    // In the text it stands as text, on its own line, and as no link.
    expect(mail.body).toContain('x\\u{d}\\u{a}Bcc: thief@evil[.]example');
    expect(mail.body).not.toContain('http://evil');
    expect(mail.body).toContain('Device says  x');
  });

  test('says whom the server did not take it for', async () => {
    await using smtp = await startMailServer({
      onRcptTo: ({ address }, _, callback) =>
        callback(address.startsWith('boss') ? new Error('no such user') : null),
    });
    expect(await channel(smtp.port).send(message(), never)).toBe('not taken for: boss@example.com');
    expect(only(smtp.mails).to).toEqual(['noc@example.com']);
  });
});

describe('a mail does not go out, and says why without the password,', () => {
  test('where the login is refused', async () => {
    await using smtp = await startMailServer();
    const wrong = channel(smtp.port, { password: 'hunter3-wr0ng' });
    const failure = await wrong.send(message(), never).catch((error) => error);
    expect(failure).toMatchObject({ name: 'DeliveryError' });
    expect(failure.message).toMatch(/Invalid login.*535/);
    expect(failure.message).not.toContain('hunter3');
  });

  test('where the certificate is not one of an authority', async () => {
    await using smtp = await startMailServer();
    const sent = channel(smtp.port, { ca: undefined }).send(message(), never);
    await expect(sent).rejects.toThrow(/self-signed certificate/);
    expect(smtp.mails).toEqual([]);
  });

  test('where the server offers no STARTTLS: the password is not sent in the clear', async () => {
    await using smtp = await startMailServer({ disabledCommands: ['STARTTLS'] });
    await expect(channel(smtp.port).send(message(), never)).rejects.toMatchObject({ name: 'DeliveryError' });
    expect(smtp.mails).toEqual([]);
  });

  test('where nothing listens', async () => {
    await expect(channel(1).send(message(), never)).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('a server that misbehaves holds nothing up:', () => {
  const open: (Server | Socket)[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) 'close' in one ? one.close() : one.destroy();
  });

  async function listen(onSocket: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      open.push(socket);
      onSocket(socket);
    });
    open.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as { port: number }).port;
  }

  test('one that never greets is left when time is up', async () => {
    const port = await listen(() => undefined);
    const sent = channel(port).send(message(), AbortSignal.timeout(200));
    await expect(sent).rejects.toThrow('the mail server took too long');
  });

  test('one that keeps talking, a byte at a time, too', async () => {
    const port = await listen((socket) => {
      socket.write('220-');
      const timer = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(timer));
    });
    const sent = channel(port).send(message(), AbortSignal.timeout(300));
    await expect(sent).rejects.toThrow('the mail server took too long');
  });

  test('one that says back what it does not understand gives no login away', async () => {
    const port = await listen((socket) => {
      socket.write('220 smtp.example\r\n');
      socket.on('data', (said: Buffer) => {
        const line = said.toString().trim();
        const answer = line.startsWith('EHLO')
          ? '250-smtp.example\r\n250 AUTH PLAIN'
          : `500 what is ${line}?`;
        socket.write(`${answer}\r\n`);
      });
    });
    const plainly = { host: '127.0.0.1', security: 'none' } as const;
    const failure = await channel(port, plainly)
      .send(message(), never)
      .catch((error) => error);
    expect(failure.message).toContain('500 what is AUTH PLAIN (secret)?');
  });

  test.each([
    ['one line', 'y'],
    ['one reply', '220-more\r\n'],
    ['replies', '220 hello\r\n'],
  ])('one that sends %s without end is cut off, long before it fills the memory', async (_, text) => {
    let heard: number | undefined;
    const port = await listen((socket) => {
      const pour = () => {
        while (socket.write(text.repeat(1000)));
      };
      socket.on('drain', pour);
      socket.on('close', () => {
        heard = socket.bytesWritten;
      });
      pour();
    });
    const sent = channel(port).send(message(), AbortSignal.timeout(10_000));
    await expect(sent).rejects.toMatchObject({ name: 'DeliveryError' });
    await expect.poll(() => heard).toBeLessThan(50_000_000);
  });

  test('one that answers garbage is quoted harmlessly', async () => {
    const port = await listen((socket) => socket.write('\x1b[2J\u202eHTTP/1.1 400 Bad Request\r\n\r\n'));
    const failure = await channel(port)
      .send(message(), AbortSignal.timeout(5000))
      .catch((error) => error);
    expect(failure.name).toBe('DeliveryError');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is in it is the test.
    expect(failure.message).not.toMatch(/[\x00-\x1f\u202e]/);
  });
});
