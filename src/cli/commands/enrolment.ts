/** The verbs by which an extension comes to another phone: for good, or for a time. */
import type { Command } from 'commander';
import { action, withCommon } from '../context.ts';

export function enrolmentCommands(program: Command): void {
  withCommon(program.command('enrol'))
    .description('a one-time code: the phone that dials it takes the lock over')
    .argument('[ext]', 'the extension')
    .option('--for <time>', 'how long the code is good: 15m to 7d, a day where it is not said')
    .option('--cancel', 'take the code back')
    .option('--list', 'the codes that are good now')
    .action(
      action(async (context, [ext], options) =>
        (await import('../verbs/enrol.ts')).enrol(context, ext, options),
      ),
    );
}
