/** All verbs of `device-lock`. Only their words are known here; what a verb does is loaded when it is called. */
import { type Argument, Command } from 'commander';
import { accountCommands } from './commands/accounts.ts';
import { alertCommands } from './commands/alerts.ts';
import { enrolmentCommands } from './commands/enrolment.ts';
import { extensionCommands } from './commands/extensions.ts';
import { recordCommands } from './commands/records.ts';
import { serviceCommands } from './commands/service.ts';
import { systemCommands } from './commands/system.ts';
import { transferCommands } from './commands/transfer.ts';
import { withCommon } from './context.ts';

export function makeProgram(): Command {
  const program = withCommon(new Command('device-lock'))
    .description('Pins each SIP extension to its phone: a call from another device is refused.')
    .showSuggestionAfterError(true)
    .helpCommand(true)
    .addHelpText('after', '\nExit codes: 0 done, 1 could not, 2 asked for something that makes no sense.');
  // Set before the verbs are added: they inherit it.
  program.exitOverride().configureOutput({ writeErr: () => undefined, outputError: () => undefined });
  program.configureHelp({
    showGlobalOptions: true,
    subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(showArgument)].join(' '),
  });
  serviceCommands(program);
  extensionCommands(program);
  enrolmentCommands(program);
  systemCommands(program);
  recordCommands(program);
  alertCommands(program);
  transferCommands(program);
  accountCommands(program);
  return program;
}

function showArgument(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '');
  return argument.required ? `<${name}>` : `[${name}]`;
}
