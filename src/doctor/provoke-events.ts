/**
 * Proves that events arrive: a login of the doctor's own makes Asterisk report that very login, to those who may read
 * `security`, and that it has booted, to those who may read `system`. The report also tells Asterisk's clock.
 */
import { createHash } from 'node:crypto';
import { AmiConnection } from '../asterisk/ami/connection.ts';
import type { AmiMessage } from '../asterisk/ami/message.ts';
import { AMI_TIMING } from '../asterisk/ami/settings.ts';
import { type AmiEndpoint, openSocket } from '../asterisk/ami/socket.ts';
import { systemTimers } from '../asterisk/ami/timers.ts';
import type { EventTest } from './facts.ts';

export interface AmiLogin {
  readonly endpoint: AmiEndpoint;
  readonly user: string;
  readonly secret: string;
}

/** For the events behind the login, in milliseconds: they come within a few. */
const LISTEN_MS = 1500;

/** Rejects where Asterisk cannot be reached or refuses the login. */
export async function provokeEvents(login: AmiLogin, deadline: number): Promise<EventTest> {
  const signal = AbortSignal.timeout(deadline);
  const socket = await openSocket(login.endpoint, deadline, systemTimers, signal);
  const connection = new AmiConnection(socket, AMI_TIMING, systemTimers);
  const onTimeout = () => connection.close('the doctor has waited long enough');
  signal.addEventListener('abort', onTimeout);
  try {
    await connection.banner;
    const heard = listen(connection, login.user);
    await logIn(connection, login, deadline);
    const test = await heard;
    await connection.logoff();
    return test;
  } finally {
    signal.removeEventListener('abort', onTimeout);
    connection.close('the doctor is done');
  }
}

function listen(connection: AmiConnection, user: string): Promise<EventTest> {
  return new Promise((resolve) => {
    let test: EventTest = { system: false, security: false, skew: undefined };
    const finish = () => {
      clearTimeout(timer);
      resolve(test);
    };
    const timer = setTimeout(finish, LISTEN_MS);
    void connection.closed.then(finish);
    connection.on('event', (message) => {
      if (message.event === 'FullyBooted') test = { ...test, system: true };
      if (isOwnLogin(message, user)) test = { ...test, security: true, skew: skewOf(message) };
      if (test.system && test.security) finish();
    });
  });
}

/** The service's own user may log in elsewhere at the same moment: that report serves as well. */
function isOwnLogin(message: AmiMessage, user: string): boolean {
  return (
    message.event === 'SuccessfulAuth' &&
    message.text('Service') === 'AMI' &&
    message.text('AccountID') === user
  );
}

/** EventTV is `2026-11-20T23:00:00.123+0000`. */
function skewOf(message: AmiMessage): number | undefined {
  const text = message.text('EventTV')?.replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : at - Date.now();
}

async function logIn(connection: AmiConnection, { user, secret }: AmiLogin, deadline: number): Promise<void> {
  const { response } = await connection.send('Challenge', [['AuthType', 'MD5']], deadline);
  const challenge = response.bytes('Challenge') ?? Buffer.alloc(0);
  const key = createHash('md5').update(challenge).update(secret, 'utf8').digest('hex');
  const fields = [
    ['AuthType', 'MD5'],
    ['Username', user],
    ['Key', key],
    ['Events', 'system,security'],
  ] as const;
  await connection.send('Login', fields, deadline);
}
