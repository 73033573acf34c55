/** The verbs about alerts. */
import { type Command, Option } from 'commander';
import { CHANNELS } from '../../domain/alert.ts';
import { action, withCommon } from '../context.ts';
import { wholeNumber } from './whole-number.ts';

export function alertCommands(program: Command): void {
  const alerts = withCommon(program.command('alerts')).description('what people are told of by themselves');
  withCommon(alerts.command('list', { isDefault: true }))
    .description('the channels, and what was sent, waits or was given up, newest first')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 1000))
    .action(
      action(async (context, _, options) => (await import('../verbs/alerts.ts')).list(context, options)),
    );
  withCommon(alerts.command('test'))
    .description('send a test by every channel that is configured; exits 1 where one did not take it')
    .addOption(new Option('--channel <name>', 'only by this one').choices(CHANNELS))
    .action(
      action(async (context, _, options) => (await import('../verbs/alerts.ts')).test(context, options)),
    );
}
