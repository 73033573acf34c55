/** The console of a lab that a person looks at: its page built, a user made by the command as anybody would. */
import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../../scripts/console-build', import.meta.url));
const DEADLINE_MS = 60_000;
const USER = 'operator';

/** Where it is, and who may sign in. */
export interface ConsoleState {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** Builds the page where it is stale. */
export function buildConsole(): void {
  execFileSync(BUILD, { stdio: ['ignore', 'ignore', 'inherit'], timeout: DEADLINE_MS });
}

/** @param command the CLI */
export async function makeConsoleUser(command: string, config: string): Promise<ConsoleState> {
  const password = randomBytes(9).toString('base64url');
  const args = ['users', 'add', USER, '--role', 'operator', '--json', '--config', config];
  const made = await feed(command, args, password);
  const { url, failure } = (JSON.parse(made) as { console: { url: string | null; failure: string | null } })
    .console;
  if (url === null) throw new Error(`the console is not open: ${failure}`);
  return { url, user: USER, password };
}

function feed(command: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { timeout: DEADLINE_MS }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`device-lock users add failed: ${stderr}`, { cause: error }));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
