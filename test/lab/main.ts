/** The command line of the lab, run by `scripts/lab`: brings instances up and down and says what is there. */
import { argv, exit, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import type { AsteriskVersion } from './cache.ts';
import { clean, isInUse, isRunning, isServing, takeDown } from './caretaker.ts';
import { demonstrate } from './demonstration.ts';
import { startLab } from './lab.ts';
import { startService } from './service.ts';
import { type LabState, listStates, publicState } from './state.ts';

const USAGE = `A real Asterisk in a folder (chroot) with Device Lock in front of it. Needs root.

  scripts/lab         the demonstration: a desk phone and a thief register and call
  scripts/lab up      start an instance; the first time builds its root (a minute, 500 MB)
  scripts/lab down    take it down, or all that no test is using
  scripts/lab status  what is there
  scripts/lab clean   take everything down and remove the roots

  --asterisk 16|22    which Asterisk (22)
  --name NAME         which instance (asterisk-16, asterisk-22)
  --json              for programs; holds passwords
`;

/** A mistake on the command line, for the person who made it. */
class UsageError extends Error {}

interface Wish {
  readonly version: AsteriskVersion | undefined;
  readonly name: string | undefined;
  readonly json: boolean;
}

async function main(): Promise<number> {
  const { word, wish } = parse();
  switch (word) {
    case 'up':
      return up(wish);
    case 'down':
      return down(wish);
    case 'status':
      return status(wish);
    case 'clean':
      await clean();
      return 0;
    case 'help':
      stdout.write(USAGE);
      return 0;
    case undefined:
      return (await demonstrate(wish.version ?? '22')) ? 0 : 1;
    default:
      throw new UsageError(`there is no "${word}"`);
  }
}

/** Leaves alone what runs; what an earlier one left half up is taken down first. */
async function up({ version = '22', name = `asterisk-${version}`, json }: Wish): Promise<number> {
  const before = (await listStates()).find(({ instance }) => instance.name === name);
  if (before !== undefined && isRunning(before) && isServing(before)) {
    show([before], json);
    return 0;
  }
  if (before !== undefined) await takeDown(before);
  const lab = await startLab({ asterisk: version, name, outlives: true });
  try {
    await startService(lab, { outlives: true, console: true });
  } catch (error) {
    await takeDown(lab.state);
    throw error;
  }
  show([lab.state], json);
  return 0;
}

async function down(wish: Wish): Promise<number> {
  const states = (await wanted(wish)).filter((state) => wish.name !== undefined || !isInUse(state));
  for (const state of states) {
    await takeDown(state);
    if (!wish.json) stdout.write(`${state.instance.name} is down\n`);
  }
  return 0;
}

async function status(wish: Wish): Promise<number> {
  const states = (await wanted(wish)).filter(
    (state) => isRunning(state) && (wish.name !== undefined || !isInUse(state)),
  );
  if (states.length === 0) {
    stderr.write('no such instance is running\n');
    return 1;
  }
  show(states, wish.json);
  return 0;
}

async function wanted({ version, name }: Wish): Promise<LabState[]> {
  return (await listStates()).filter(
    ({ instance }) =>
      (name === undefined || instance.name === name) &&
      (version === undefined || instance.version === version),
  );
}

/** One JSON object for one instance, an array for several; of passwords a person gets the console's alone. */
function show(states: readonly LabState[], json: boolean): void {
  if (json) {
    const shown = states.map(publicState);
    stdout.write(`${JSON.stringify(shown.length === 1 ? shown[0] : shown, null, 2)}\n`);
    return;
  }
  for (const { instance, asterisk, pid, service } of states) {
    const { name, sip, ami, ari, agi, home } = instance;
    stdout.write(`${name}: Asterisk ${asterisk}, pid ${pid}\n`);
    stdout.write(
      `  SIP ${sip.host}:${sip.port} (UDP, TCP)  AMI ${ami.port}  ARI ${ari.port}  AGI ${agi.port}\n`,
    );
    stdout.write(`  ${home}\n`);
    if (service !== undefined) stdout.write(`  ${service.cli} --config ${service.config} status\n`);
    if (service?.console !== undefined) {
      const { url, user, password } = service.console;
      stdout.write(`  console ${url}  user ${user}  password ${password}\n`);
    }
  }
}

function parse(): { word: string | undefined; wish: Wish } {
  try {
    const { values, positionals } = parseArgs({
      args: argv.slice(2),
      allowPositionals: true,
      options: {
        asterisk: { type: 'string' },
        name: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const [word, ...rest] = positionals;
    if (rest.length > 0) throw new UsageError(`"${rest[0]}" is one word too many`);
    const wish = { version: versionFrom(values.asterisk), name: values.name, json: values.json };
    return { word: values.help ? 'help' : word, wish };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}

function versionFrom(text: string | undefined): AsteriskVersion | undefined {
  if (text === undefined || text === '16' || text === '22') return text;
  throw new UsageError(`there is no Asterisk ${text} here: 16 or 22`);
}

try {
  exit(await main());
} catch (error) {
  stderr.write(`lab: ${(error as Error).message}\n`);
  if (error instanceof UsageError) stderr.write(`\n${USAGE}`);
  exit(error instanceof UsageError ? 2 : 1);
}
