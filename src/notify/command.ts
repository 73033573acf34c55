/**
 * Alerts to a program of the operator's: the document as JSON on its standard input, no shell, an environment of its own.
 * Its arguments are the configuration's; nothing that came from SIP stands in them or in the environment. Where it takes
 * too long, it and what it started are killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { type Channel, DeliveryError } from './channel.ts';
import type { Message } from './message.ts';
import { saidBy } from './said.ts';

export interface CommandOptions {
  /** Absolute. */
  readonly path: string;
  readonly arguments: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
}

const MOST_HEARD = 1000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function commandChannel(options: CommandOptions): Channel {
  return {
    name: 'command',
    target: options.path,
    send: async (message, signal) => {
      await run(options, message, AbortSignal.any([signal, AbortSignal.timeout(options.timeout)]));
      return undefined;
    },
  };
}

function run(options: CommandOptions, message: Message, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that what it starts ends with it.
    const child = spawn(options.path, options.arguments, {
      ...{ cwd: '/', env: environmentOf(message), detached: true, shell: false },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < MOST_HEARD) said += chunk.toString('utf8').slice(0, MOST_HEARD);
    });
    const finish = (why?: DeliveryError) => {
      signal.removeEventListener('abort', onLate);
      child.stderr.destroy();
      child.stdin.destroy();
      if (why === undefined) resolve();
      else reject(why);
    };
    const onLate = () => {
      kill(child);
      finish(new DeliveryError('the command took too long and was killed'));
    };
    child.once('error', (cause) => finish(new DeliveryError(saidBy(cause, []), { cause })));
    child.once('exit', (code, by) => {
      if (code === 0) return finish();
      const how = code === null ? `was ended by ${by}` : `ended with ${code}`;
      const words = saidBy(said, []);
      finish(new DeliveryError(`the command ${how}${words === '' ? '' : `: ${words}`}`, { isRefusal: true }));
    });
    if (signal.aborted) return onLate();
    signal.addEventListener('abort', onLate);
    // It need not read what it is given.
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${JSON.stringify(message.document)}\n`);
  });
}

/** Always the same names, and words of ours in them. */
function environmentOf({ id, severity, document }: Message): NodeJS.ProcessEnv {
  const { alerts, more } = document;
  return {
    PATH,
    LANG: 'C.UTF-8',
    DEVICE_LOCK_MESSAGE: id,
    DEVICE_LOCK_SEVERITY: severity,
    DEVICE_LOCK_ALERTS: String(alerts.length + more),
    DEVICE_LOCK_KINDS: [...new Set(alerts.map(({ kind }) => kind))].join(','),
  };
}

function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
