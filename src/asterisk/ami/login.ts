/**
 * Logs in by MD5 challenge, so that the secret itself never goes over the wire, and asks for the events that are read
 * and no others. The secret is used for one digest; it is in no error and no log.
 */
import { createHash } from 'node:crypto';
import { AsteriskError } from '../port.ts';
import type { AmiConnection } from './connection.ts';

export interface AmiCredentials {
  readonly user: string;
  readonly secret: string;
}

/**
 * Asterisk matches each pattern (POSIX extended) against the text of the whole event, CR LF included; an event passes
 * where one of them matches. Answers to actions are not filtered. 16.28 and 22.10 do the same.
 */
export const EVENT_FILTERS = [
  '^Event: (ContactStatus|FullyBooted|Reload|Shutdown)[[:cntrl:]]',
  '^Event: SuccessfulAuth[[:cntrl:]].*[[:cntrl:]]Service: PJSIP[[:cntrl:]]',
] as const;

/** Asterisk will not let this user in, or not do its work: trying again soon helps nobody. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused';
}

/**
 * @param deadline milliseconds an action; Asterisk itself waits a second before it refuses
 * @throws LoginRefused where Asterisk says no, AsteriskError where it says nothing or goes
 */
export async function logIn(
  connection: AmiConnection,
  { user, secret }: AmiCredentials,
  deadline: number,
): Promise<void> {
  await refusedAs(`login of AMI user "${user}" refused, check its secret and permit lines`, async () => {
    const { response } = await connection.send('Challenge', [['AuthType', 'MD5']], deadline);
    const challenge = response.bytes('Challenge');
    if (challenge === undefined) throw new AsteriskError('malformed', 'Asterisk sent no challenge');
    const key = createHash('md5').update(challenge).update(secret, 'utf8').digest('hex');
    await connection.send(
      'Login',
      [
        ['AuthType', 'MD5'],
        ['Username', user],
        ['Key', key],
        ['Events', 'system,security'],
      ],
      deadline,
    );
  });
  await refusedAs(
    `AMI user "${user}" may not do what is needed, give it write = system,call,reporting`,
    async () => {
      for (const filter of EVENT_FILTERS) {
        await connection.send(
          'Filter',
          [
            ['Operation', 'Add'],
            ['Filter', filter],
          ],
          deadline,
        );
      }
    },
  );
}

async function refusedAs(message: string, attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt();
  } catch (cause) {
    if (cause instanceof AsteriskError && cause.fault === 'refused') {
      throw new LoginRefused(`${message} (${cause.message})`, { cause });
    }
    throw cause;
  }
}
