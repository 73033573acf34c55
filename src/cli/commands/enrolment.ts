/** The verbs by which an extension comes to another phone: for good, or for a time. */
import type { Command } from 'commander';
import { action, withCommon } from '../context.ts';
import { collect } from './repeat.ts';

export function enrolmentCommands(program: Command): void {
  withCommon(program.command('enrol'))
    .description('a one-time code: the phone that dials it takes the lock over')
    .argument('[ext]', 'the extension')
    .option('--for <time>', 'how long the code is good: 15m to 7d, a day where it is not said')
    .option('--email <address>', 'mail it there, with what to dial')
    .option('--cancel', 'take the code back')
    .option('--list', 'the codes that are good now')
    .action(
      action(async (context, [ext], options) =>
        (await import('../verbs/enrol.ts')).enrol(context, ext, options),
      ),
    );
  withCommon(program.command('grant'))
    .description('accept a further device for a time; several times for several')
    .argument('<ext>', 'the extension')
    .option('--this-device', 'the phone that is registered now and not accepted')
    .option('--model <id>', 'a phone model of the library', collect)
    .option('--exact <ua>', 'exactly this User-Agent', collect)
    .option('--prefix <text>', 'every User-Agent that begins so', collect)
    .option('--pattern <re>', 'every User-Agent in which this RE2 expression is found', collect)
    .option('--for <time>', 'for so long: 12h, 3d, 2w')
    .option('--until <when>', 'to the end of a day (friday, 2026-11-27), or "2026-11-27 18:00"')
    .option('--remove', 'take all of its grants back')
    .action(
      action(async (context, [ext = ''], options) =>
        (await import('../verbs/grant.ts')).grant(context, ext, options),
      ),
    );
}
