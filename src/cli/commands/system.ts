/** The verbs about what holds for all extensions: the fallback, the settings, the phone library. */
import { Argument, type Command } from 'commander';
import { action, withCommon } from '../context.ts';
import { withOptions } from './options.ts';
import { collect } from './repeat.ts';

export function systemCommands(program: Command): void {
  program.commandsGroup('System:');
  withCommon(program.command('fallback'))
    .description(
      'the phone model that extensions without a lock of their own inherit; shows it when given nothing',
    )
    .addArgument(new Argument('[state]').choices(['on', 'off']))
    .option('--model <id>', 'with on: the phone model')
    .action(
      action(async (context, [state], options) =>
        (await import('../verbs/settings.ts')).fallback(context, state, options),
      ),
    );
  withOptions(withCommon(program.command('settings')), [])
    .description('the system-wide settings; shows them when given nothing')
    .action(
      action(async (context, _, options) =>
        (await import('../verbs/settings.ts')).settings(context, options),
      ),
    );
  modelCommands(withCommon(program.command('models')).description('the phone library'));
}

function modelCommands(models: Command): void {
  withCommon(models.command('list', { isDefault: true }))
    .description('all phone models')
    .option('--removed', 'the shipped ones that were removed, instead')
    .action(
      action(async (context, _, options) =>
        (await import('../verbs/models.ts')).list(context, options.removed === true),
      ),
    );
  withCommon(models.command('show'))
    .description('one phone model whole')
    .argument('<id>', 'the model')
    .action(
      action(async (context, [id = '']) => (await import('../verbs/models.ts')).showModel(context, id)),
    );
  withDefinition(models.command('add'))
    .description('add a phone model')
    .action(
      action(async (context, _, options) =>
        (await import('../verbs/models-change.ts')).add(context, options),
      ),
    );
  withDefinition(models.command('edit'))
    .description('change a phone model: what is not given stays')
    .argument('[id]', 'the model (or --id)')
    .action(
      action(async (context, [id], options) =>
        (await import('../verbs/models-change.ts')).edit(context, id, options),
      ),
    );
  withCommon(models.command('remove'))
    .description('remove a phone model that nothing depends on')
    .argument('<id>', 'the model')
    .action(
      action(async (context, [id = '']) => (await import('../verbs/models-change.ts')).remove(context, id)),
    );
  withCommon(models.command('restore'))
    .description('a shipped phone model that was edited or removed, as it was shipped')
    .argument('<id>', 'the model')
    .action(
      action(async (context, [id = '']) => (await import('../verbs/models-change.ts')).restore(context, id)),
    );
}

function withDefinition(command: Command): Command {
  return withCommon(command)
    .option('--file <file>', "a JSON file with the definition ('-' is standard input)")
    .option('--id <id>', 'lower-case letters, digits and hyphens')
    .option('--vendor <name>', 'who makes it')
    .option('--model <name>', 'what it is called')
    .option('--kind <kind>', 'desk, dect, conference, adapter, intercom, soft or server')
    .option('--pattern <re>', 'an RE2 expression for the whole User-Agent, anchored with ^ and $')
    .option('--match <ua>', 'a User-Agent the pattern must match; may be given several times', collect)
    .option('--reject <ua>', 'a User-Agent it must not match; may be given several times', collect);
}
