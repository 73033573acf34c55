/** The verbs that show what happened. */
import type { Command } from 'commander';
import { action, withCommon } from '../context.ts';
import { wholeNumber } from './whole-number.ts';

export function recordCommands(program: Command): void {
  program.commandsGroup('Records:');
  withCommon(program.command('violations'))
    .description('wrong devices, newest first')
    .argument('[ext]', 'only of this extension')
    .option('--open', 'only those that have not ended')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 1000))
    .action(
      action(async (context, [ext], options) =>
        (await import('../verbs/violations.ts')).violations(context, ext, options),
      ),
    );
  withCommon(program.command('calls'))
    .description('refused, monitored and emergency calls, newest first')
    .argument('[ext]', 'only of this extension')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 1000))
    .action(
      action(async (context, [ext], options) =>
        (await import('../verbs/records.ts')).calls(context, ext, options),
      ),
    );
  withCommon(program.command('audit'))
    .description('what operators changed, newest first')
    .argument('[ext]', 'only of this extension, model, or `system`')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 1000))
    .action(
      action(async (context, [ext], options) =>
        (await import('../verbs/records.ts')).audit(context, ext, options),
      ),
    );
  withCommon(program.command('events'))
    .description('the latest events, one a line')
    .option('--follow', 'go on with each as it comes, also over a restart of the service')
    .option('--last <n>', 'begin with so many of the latest', wholeNumber(0, 999))
    .option('--after <id>', 'begin after the event of this id; a gap is said')
    .action(
      action(async (context, _, options) => (await import('../verbs/events.ts')).events(context, options)),
    );
}
