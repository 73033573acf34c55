/** A new password: from a terminal, unseen and twice, or the first line of standard input. Never an argument: those are seen. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError, usage } from './failure.ts';
import { readText } from './files.ts';

export async function readPassword(user: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const [line = ''] = (await readText('-')).split(/\r?\n/, 1);
    if (line === '')
      throw usage(
        'No password came on standard input.',
        `Run it on a terminal, or: device-lock users … ${user} <file`,
      );
    return line;
  }
  const first = await ask(`Password of ${user}: `);
  if ((await ask('Once more: ')) === first) return first;
  throw new CliError('malformed', 'The two are not the same.', 'Nothing was changed.');
}

/** What is typed is not shown; Control-C gives up. */
function ask(prompt: string): Promise<string> {
  process.stderr.write(prompt);
  const silent = new Writable({ write: (_, __, done) => done() });
  const line = createInterface({ input: process.stdin, output: silent, terminal: true, historySize: 0 });
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      reject(new CliError('interrupted', 'No password was given.', 'Nothing was changed.'));
      line.close();
    };
    line.once('SIGINT', giveUp);
    line.once('close', giveUp);
    line.question('', (answer) => {
      resolve(answer);
      line.close();
    });
  }).finally(() => process.stderr.write('\n')) as Promise<string>;
}
