/** The verbs that carry things out and in, and the one that needs no service. */
import type { Command } from 'commander';
import { action, withCommon } from '../context.ts';

export function transferCommands(program: Command): void {
  program.commandsGroup('Transfer:');
  withCommon(program.command('export'))
    .description("locks, settings and the operator's phone models, as one JSON document")
    .option('--output <file>', 'write it to a file instead of standard output')
    .action(
      action(async (context, _, options) =>
        (await import('../verbs/transfer.ts')).exportAll(context, options),
      ),
    );
  withCommon(program.command('import'))
    .description('take such a document in: all of it or nothing; what it does not name stays')
    .argument('<file>', "the document ('-' is standard input)")
    .option('--dry-run', 'only say what it would change')
    .action(
      action(async (context, [file = ''], options) =>
        (await import('../verbs/transfer.ts')).importAll(context, file, options),
      ),
    );
  withCommon(program.command('identify'))
    .description('what User-Agents say of their phones; without arguments, one a line from standard input')
    .argument('[ua...]', 'User-Agents')
    .action(
      action(async (context, words) => {
        const given = words.filter((word) => word !== undefined);
        return (await import('../verbs/identify.ts')).identifyAll(context, given);
      }),
    );
}
