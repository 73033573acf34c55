/** What every verb is given: where to print, and, when it asks, the running service. */
import { type Command, Option } from 'commander';
import type { Client } from './client.ts';
import type { ExitCode } from './failure.ts';
import { makeOutput, type Output } from './output.ts';

export interface Context {
  readonly output: Output;
  /** The file named by `--config` or DEVICE_LOCK_CONFIG; undefined is the default one. */
  readonly configPath: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The service of this configuration. Only the socket's path is read: no secret, and no connection yet. */
  client(): Promise<Client>;
}

/** The options of all verbs, as commander reads them; each verb takes those that are declared for it. */
export interface Options {
  readonly json?: boolean;
  readonly config?: string;
  readonly thisDevice?: boolean;
  /** A list for `lock`, one text for the others. */
  readonly model?: string | readonly string[];
  readonly exact?: readonly string[];
  readonly prefix?: readonly string[];
  /** A list for `lock`, one text for `models`. */
  readonly pattern?: string | readonly string[];
  readonly add?: boolean;
  readonly mode?: 'monitor' | 'enforce' | 'inherit';
  readonly requireRegistration?: 'on' | 'off' | 'inherit';
  readonly evict?: 'on' | 'off' | 'inherit';
  readonly hangUp?: 'on' | 'off' | 'inherit';
  readonly firstUse?: 'on' | 'off' | 'inherit';
  readonly firmwareDrift?: 'off' | 'notify' | 'follow' | 'inherit';
  readonly network?: readonly string[];
  readonly removed?: boolean;
  readonly email?: string;
  readonly fromCustomlock?: boolean;
  readonly astdb?: string;
  readonly freepbxConf?: string;
  readonly mysqlHost?: string;
  readonly mysqlSocket?: string;
  readonly mysqlUser?: string;
  readonly mysqlPasswordFile?: string;
  readonly mysqlDatabase?: string;
  readonly userAgent?: string;
  readonly address?: string;
  readonly file?: string;
  readonly id?: string;
  readonly vendor?: string;
  readonly kind?: string;
  readonly match?: readonly string[];
  readonly reject?: readonly string[];
  readonly open?: boolean;
  readonly limit?: string;
  readonly channel?: string;
  readonly follow?: boolean;
  readonly last?: string;
  readonly after?: string;
  readonly output?: string;
  readonly dryRun?: boolean;
  readonly modelWhereKnown?: boolean;
  readonly out?: string;
  readonly yes?: boolean;
  readonly role?: string;
  readonly expires?: string;
  readonly for?: string;
  readonly until?: string;
  readonly cancel?: boolean;
  readonly list?: boolean;
  readonly remove?: boolean;
}

type Verb = (
  context: Context,
  words: readonly (string | undefined)[],
  options: Options,
) => Promise<ExitCode | undefined>;

/** A command's action: the context is made of its options, and the exit code is what the verb gives back. */
export function action(verb: Verb) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const options = command.optsWithGlobals<Options>();
    // Commander hands the declared arguments on first, a list where one takes several.
    const words = given.slice(0, -2).flat() as (string | undefined)[];
    const exit = await verb(makeContext(options), words, options);
    if (exit !== undefined) process.exitCode = exit;
  };
}

/** `--json` and `--config` may stand before the verb or after it; the help shows them once, as everybody's. */
export function withCommon(command: Command): Command {
  const isVerb = command.parent !== null;
  return command
    .addOption(new Option('--json', 'print JSON').hideHelp(isVerb))
    .addOption(
      new Option(
        '--config <file>',
        'instead of /etc/device-lock/device-lock.toml, or of DEVICE_LOCK_CONFIG',
      ).hideHelp(isVerb),
    );
}

function makeContext(options: Options): Context {
  const { DEVICE_LOCK_CONFIG: fromEnvironment } = process.env;
  const named = options.config ?? fromEnvironment;
  const configPath = named === '' ? undefined : named;
  return {
    output: makeOutput(options.json === true),
    configPath,
    now: Date.now,
    async client() {
      const [{ Client }, { socketOf }] = await Promise.all([import('./client.ts'), import('./socket.ts')]);
      return new Client(socketOf(configPath));
    },
  };
}
