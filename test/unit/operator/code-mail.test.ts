import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseAddress } from '../../../src/domain/address.ts';
import { userAgentFromText } from '../../../src/domain/user-agent.ts';
import { type CodePost, codePost } from '../../../src/notify/code-post.ts';
import { CodeMail } from '../../../src/operator/code-mail.ts';
import { Enrolment } from '../../../src/operator/enrolment.ts';
import { makeRig, type Rig } from '../api/rig.ts';
import { CERTIFICATE, LOGIN, type MailServer, startMailServer } from '../notify/smtp-server.ts';

const NEW = 'snomD785/10.1.159.12';
const AT = '192.0.2.11:5060';
const DAY = 86_400;
const ALICE = 'alice@example.com';

let rig: Rig;
let smtp: MailServer;
/** Milliseconds that the limits' clock is ahead. */
let later: number;

beforeEach(async () => {
  rig = await makeRig();
  smtp = await startMailServer();
  later = 0;
  rig.register('1001', [NEW, AT]);
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
});

function post(port: number, featureCode = '*55'): CodePost {
  const server = { host: 'localhost', port, security: 'starttls', ca: CERTIFICATE } as const;
  return codePost({ ...server, ...LOGIN, from: 'device-lock@pbx1.example' }, featureCode);
}

function enrolmentBy(mail: CodeMail): Enrolment {
  return new Enrolment({
    ...{ table: rig.table, operator: rig.operator, events: rig.events, mail, evicted: () => [] },
    ...{ now: Date.now, clock: () => later, limits: { tries: 3, lockOutMs: 300_000 } },
  });
}

function mailing(port = smtp.port): Enrolment {
  return enrolmentBy(new CodeMail(post(port), () => later));
}

function dial(enrolment: Enrolment, digits: string) {
  const phone = { userAgent: userAgentFromText(NEW), address: parseAddress(AT) };
  return enrolment.attempt({ endpoint: '1001', digits, ...phone });
}

/** That which is refused refuses without a code, and the one of before stays good. */
async function expectRefused(enrolment: Enrolment, to: string, fault: object, extension = '1001') {
  const before = await enrolment.issue('1001', DAY, 'test');
  const error = await enrolment.issue(extension, DAY, 'test', to).catch((found) => found);
  expect(error).toMatchObject({ name: 'Fault', ...fault });
  expect(enrolment.list()).toHaveLength(1);
  expect(await dial(enrolment, before.code)).toBe('enrolled');
  return error as Error;
}

test('the mail says for which extension it is, what to dial, until when, and to keep it to oneself', async () => {
  const enrolment = mailing();
  const { code, expires } = await enrolment.issue('1001', DAY, 'cli:root', ALICE);
  expect(smtp.mails).toHaveLength(1);
  const [mail] = smtp.mails;
  expect(mail).toMatchObject({ from: 'device-lock@pbx1.example', to: [ALICE], isSecure: true });
  expect(mail?.header).toContain('Subject: A one-time code for the phone of extension 1001');
  expect(mail?.header).not.toContain(code);
  expect(mail?.body).toContain('extension 1001 (Reception)');
  expect(mail?.body).toMatch(new RegExp(`\\*55\\r?\\n[^]*\\b${code}\\b`));
  expect(mail?.body).toContain(String(new Date(expires).getFullYear()));
  expect(mail?.body).toContain('do not pass this mail on');
  expect(await dial(enrolment, code)).toBe('enrolled');
});

test('the audit says whom it was mailed to; the code is in no log, record or file', async () => {
  const { code } = await mailing().issue('1001', DAY, 'cli:root', ALICE);
  const audit = await rig.store.audit({ target: '1001', limit: 1 });
  expect(audit).toMatchObject([{ who: 'cli:root', action: 'enrolment-code' }]);
  expect(audit[0]?.detail).toMatch(/, mailed to alice@example\.com$/);
  expect(await rig.store.deliveries({ limit: 10 })).toEqual([]);
  expect(JSON.stringify([rig.logged, audit])).not.toContain(code);
  for (const name of ['device-lock.db', 'device-lock.db-wal']) {
    expect((await readFile(join(rig.folder, name))).includes(code)).toBe(false);
  }
});

test('a name with line ends in it writes no header', async () => {
  rig.table.setExtensions(new Map([['1001', 'Desk\r\nBcc: thief@evil.example\r\n\r\nhttp://evil.example']]));
  await mailing().issue('1001', DAY, 'test', ALICE);
  const [mail] = smtp.mails;
  expect(mail?.to).toEqual([ALICE]);
  expect(mail?.header).not.toMatch(/evil/);
  expect(mail?.body).not.toMatch(/^Bcc:/m);
  expect(mail?.body).not.toContain('http://evil');
});

describe('refused before there is a code, and nothing is mailed:', () => {
  afterEach(() => expect(smtp.mails).toEqual([]));

  test('where no mail is configured', async () => {
    const none = enrolmentBy(new CodeMail(undefined, () => later));
    await expectRefused(none, ALICE, { code: 'cannot-mail', message: 'No mail is configured.' });
  });

  test('where there is no feature code, so that nobody could dial it', async () => {
    const undialled = enrolmentBy(new CodeMail(post(smtp.port, ''), () => later));
    await expectRefused(undialled, ALICE, { code: 'cannot-mail' });
  });

  test.each(['alice', 'a@example.com, b@example.com', 'a@example.com\r\nBcc: b@example.com'])(
    'where the address is %j',
    async (to) => {
      const error = await expectRefused(mailing(), to, { code: 'malformed' });
      expect(error.message).toBe('That is no mail address.');
    },
  );

  test('where there is no such extension', async () => {
    await expectRefused(mailing(), ALICE, { code: 'no-such-extension' }, '4711');
  });
});

describe('where the mail does not go out, no code is issued and the one of before stays good:', () => {
  test('the server refuses the address', async () => {
    await using strict = await startMailServer({
      onRcptTo: (_, __, callback) => callback(new Error('no such user')),
    });
    const error = await expectRefused(mailing(strict.port), ALICE, { code: 'not-mailed' });
    expect(error.message).toMatch(/^The code could not be mailed: .*no such user/);
  });

  test('the server refuses what is in it, and quotes it: the code is not repeated', async () => {
    let quoted = '';
    await using filter = await startMailServer({
      onData(stream, _, callback) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          quoted = /^ {4}(\d{8})\r?$/m.exec(String(Buffer.concat(chunks)))?.[1] ?? '';
          callback(new Error(`looks like spam: ${quoted} ${Buffer.from(quoted).toString('base64')}`));
        });
      },
    });
    const error = await expectRefused(mailing(filter.port), ALICE, { code: 'not-mailed' });
    expect(quoted).toMatch(/^\d{8}$/);
    expect(error.message).toContain('looks like spam: (secret)');
    expect(JSON.stringify([error, error.cause, error.stack, rig.logged])).not.toContain(quoted);
  });

  test('nothing listens', async () => {
    await expectRefused(mailing(1), ALICE, { code: 'not-mailed' });
  });

  test.each([
    ['the server does not answer in time', 200, false, /took too long/],
    ['the service stops meanwhile', 60_000, true, /the service stops/],
  ])('%s', async (_, deadline, isStopping, message) => {
    const connected = Promise.withResolvers<void>();
    const silent = createServer((socket) => {
      socket.on('error', () => undefined);
      connected.resolve();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const mail = new CodeMail(post((silent.address() as { port: number }).port), () => later, deadline);
    const refused = expectRefused(enrolmentBy(mail), ALICE, {
      code: 'not-mailed',
      message: expect.stringMatching(message),
    });
    await connected.promise;
    if (isStopping) mail.stop();
    await refused;
    silent.close();
  });
});

test('where it cannot be saved after all, the operator hears that the mail is void', async () => {
  const commit = vi.spyOn(rig.store, 'commit').mockRejectedValueOnce(new Error('disk full'));
  const issued = mailing().issue('1001', DAY, 'test', ALICE);
  await expect(issued).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringContaining('the code in it is void'),
  });
  commit.mockRestore();
  expect(await dial(mailing(), '00000000')).toBe('wrong');
});

test('one address gets three mails at once, all together twenty; then one now and then', async () => {
  const sent: string[] = [];
  const quick: CodePost = { featureCode: '*55', send: async ({ to }) => void sent.push(to) };
  const mail = new CodeMail(quick, () => later);
  const letter = { extension: '1001', label: undefined, code: '12345678', expires: 0 };
  const send = (to: string) => mail.send({ ...letter, to });
  for (const to of [ALICE, 'Alice@example.com', ALICE]) await send(to);
  await expect(send(ALICE)).rejects.toMatchObject({
    code: 'busy',
    hint: expect.stringMatching(/300 seconds/),
  });
  for (let at = 3; at < 20; at++) await send(`user${at}@example.com`);
  await expect(send('late@example.com')).rejects.toMatchObject({ code: 'busy' });
  expect(sent).toHaveLength(20);
  later = 6000;
  await send('late@example.com');
  await expect(send('later@example.com')).rejects.toMatchObject({ code: 'busy' });
});
