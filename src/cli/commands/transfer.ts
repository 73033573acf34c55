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
    .argument('[file]', "the document ('-' is standard input)")
    .option('--dry-run', 'only say what it would change')
    .option('--from-customlock', "instead of a document: what FreePBX's module customlock had decided")
    .option('--astdb <file>', "with it: what AstDB had before the service's first start, not what it has now")
    .option('--freepbx-conf <file>', 'where the credentials of its database are (/etc/freepbx.conf)')
    .option('--mysql-host <host>', 'the database, where that file is not to be used')
    .option('--mysql-socket <path>', 'its Unix socket')
    .option('--mysql-user <name>', 'its user')
    .option('--mysql-password-file <file>', 'a file that holds nothing but the password')
    .option('--mysql-database <name>', 'its database (asterisk)')
    .action(
      action(async (context, [file], options) => {
        if (options.fromCustomlock !== true) {
          return (await import('../verbs/transfer.ts')).importAll(context, file, options);
        }
        return (await import('../verbs/from-customlock.ts')).importFromCustomlock(context, file, options);
      }),
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
