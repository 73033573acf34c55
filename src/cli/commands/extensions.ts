/** The verbs about one extension and about all of them. */
import { type Command, Option } from 'commander';
import { action, withCommon } from '../context.ts';
import { withOptions } from './options.ts';
import { collect } from './repeat.ts';

export function extensionCommands(program: Command): void {
  program.commandsGroup('Extensions:');
  withCommon(program.command('extensions'))
    .description('all extensions: lock, phone, state')
    .action(action(async (context) => (await import('../verbs/extensions.ts')).extensions(context)));
  withCommon(program.command('show'))
    .description('everything about one extension')
    .argument('<ext>', 'the extension')
    .action(action(async (context, [ext = '']) => (await import('../verbs/show.ts')).show(context, ext)));
  lockCommand(program);
  lockAllCommand(program);
  withCommon(program.command('unlock'))
    .description("remove an extension's own lock; the fallback, where there is one, is in force again")
    .argument('<ext>', 'the extension')
    .action(action(async (context, [ext = '']) => (await import('../verbs/lock.ts')).unlock(context, ext)));
  withCommon(program.command('clear'))
    .description("end an extension's open violations: they are dealt with")
    .argument('<ext>', 'the extension')
    .action(action(async (context, [ext = '']) => (await import('../verbs/lock.ts')).clear(context, ext)));
  withCommon(program.command('check'))
    .description('what the gate would answer a call, and why; nothing is recorded')
    .argument('<ext>', 'the extension that calls')
    .requiredOption('--user-agent <ua>', "the INVITE's User-Agent; '' for none")
    .option('--address <ip:port>', "the INVITE's source address")
    .action(
      action(async (context, [ext = ''], options) =>
        (await import('../verbs/check.ts')).check(context, ext, options),
      ),
    );
}

function lockAllCommand(program: Command): void {
  withCommon(program.command('lock-all'))
    .description('lock every extension that has no lock to the phone it has now, in one change, after a look')
    .option('--model-where-known', 'to the phone model where one matches, else to the exact device')
    .addOption(new Option('--mode <mode>', 'the mode of the new locks').choices(['monitor', 'enforce']))
    .option('--dry-run', 'only show the table')
    .option('--out <file>', 'where to write what was before, to be taken in again with import')
    .option('--yes', 'do not ask')
    .action(
      action(async (context, _, options) => (await import('../verbs/lock-all.ts')).lockAll(context, options)),
    );
}

function lockCommand(program: Command): void {
  withOptions(withCommon(program.command('lock')), ['inherit'])
    .description('pin an extension to what may call with it; alternatives may be given several times')
    .argument('<ext>', 'the extension')
    .option('--this-device', 'the phone that is registered now')
    .option('--model <id>', 'a phone model of the library', collect)
    .option('--exact <ua>', 'exactly this User-Agent', collect)
    .option('--prefix <text>', 'every User-Agent that begins so', collect)
    .option('--pattern <re>', 'every User-Agent in which this RE2 expression is found', collect)
    .option('--add', 'add to the lock instead of replacing it')
    .action(
      action(async (context, [ext = ''], options) =>
        (await import('../verbs/lock.ts')).lock(context, ext, options),
      ),
    );
}
