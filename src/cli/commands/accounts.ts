/** The verbs about who may ask over the network. */
import { type Command, Option } from 'commander';
import { action, withCommon } from '../context.ts';

export function accountCommands(program: Command): void {
  program.commandsGroup('Console:');
  const users = withCommon(program.command('users')).description('who may open the console');
  withCommon(users.command('list', { isDefault: true }))
    .description('all users, and where the console is')
    .action(action(async (context) => (await verbs()).listUsers(context)));
  withRole(withCommon(users.command('add')))
    .description('make a user; asks for the password, or reads it from standard input')
    .argument('<name>', 'the user')
    .action(action(async (context, [name = ''], options) => (await verbs()).addUser(context, name, options)));
  withCommon(users.command('password'))
    .description('give a user another password; signs the user out everywhere')
    .argument('<name>', 'the user')
    .action(action(async (context, [name = '']) => (await verbs()).setPassword(context, name)));
  withCommon(users.command('remove'))
    .description('remove a user, and sign the user out')
    .argument('<name>', 'the user')
    .action(action(async (context, [name = '']) => (await verbs()).removeUser(context, name)));

  const tokens = withCommon(program.command('tokens')).description(
    'which programs may ask the API over the network',
  );
  withCommon(tokens.command('list', { isDefault: true }))
    .description('all tokens; never the token itself')
    .action(action(async (context) => (await verbs()).listTokens(context)));
  withRole(withCommon(tokens.command('add')))
    .description('make a token, and show it this once')
    .argument('<name>', 'what it is for')
    .option('--expires <days>', 'when it ends, as 90d; never where it is not given')
    .action(
      action(async (context, [name = ''], options) => (await verbs()).addToken(context, name, options)),
    );
  withCommon(tokens.command('remove'))
    .description('remove a token')
    .argument('<id>', 'its id, as tokens list shows it')
    .action(action(async (context, [id = '']) => (await verbs()).removeToken(context, id)));
}

function verbs() {
  return import('../verbs/accounts.ts');
}

function withRole(command: Command): Command {
  const role = new Option('--role <role>', 'a viewer sees everything and changes nothing');
  return command.addOption(role.choices(['viewer', 'operator']).makeOptionMandatory());
}
