/** `users` and `tokens`: who may open the console, and which programs may ask the API over the network. */
import type { ConsoleView, TokenView, UserView } from '../../api/shapes.ts';
import type { Role } from '../../domain/account.ts';
import { path } from '../client.ts';
import type { Context, Options } from '../context.ts';
import { usage } from '../failure.ts';
import { printField } from '../fields.ts';
import { harmless } from '../harmless.ts';
import type { Output } from '../output.ts';
import { readPassword } from '../password.ts';
import { printTable } from '../table.ts';
import { shortTime } from '../times.ts';

const LONGEST_DAYS = 3650;

type WithConsole<T> = T & { readonly console: ConsoleView };

export async function listUsers(context: Context): Promise<undefined> {
  const { output, now } = context;
  const found = await (await context.client()).get<WithConsole<{ users: UserView[] }>>('/v1/users');
  output.show(found, () => {
    const rows = found.users.map(({ name, role, made, changed }) => [
      name,
      role,
      shortTime(made, now()),
      shortTime(changed, now()),
    ]);
    printTable(
      output,
      [{ title: 'USER' }, { title: 'ROLE' }, { title: 'MADE' }, { title: 'PASSWORD SET' }],
      rows,
    );
    printConsole(output, found.console);
  });
}

export async function addUser(context: Context, name: string, options: Options): Promise<undefined> {
  const role = roleOf(options);
  const client = await context.client();
  const password = await readPassword(name);
  const made = await client.post<WithConsole<object>>('/v1/users', { name, role, password });
  context.output.show(made, () => {
    context.output.line(harmless(`User ${name} is made, as ${role}.`));
    printConsole(context.output, made.console);
  });
}

export async function setPassword(context: Context, name: string): Promise<undefined> {
  const client = await context.client();
  const password = await readPassword(name);
  const done = await client.put<object>(`${path('users', name)}/password`, { password });
  context.output.show(done, () =>
    context.output.line(harmless(`User ${name} has a new password, and is signed out everywhere.`)),
  );
}

export async function removeUser(context: Context, name: string): Promise<undefined> {
  const done = await (await context.client()).delete<object>(path('users', name));
  context.output.show(done, () => context.output.line(harmless(`User ${name} is removed, and signed out.`)));
}

export async function listTokens(context: Context): Promise<undefined> {
  const { output, now } = context;
  const found = await (await context.client()).get<WithConsole<{ tokens: TokenView[] }>>('/v1/tokens');
  output.show(found, () => {
    const rows = found.tokens.map(({ id, name, role, made, expires }) => [
      id,
      name,
      role,
      shortTime(made, now()),
      expires === null ? 'never' : shortTime(expires, now()),
    ]);
    const titles = ['ID', 'NAME', 'ROLE', 'MADE', 'ENDS'].map((title) => ({ title }));
    printTable(output, titles, rows);
    printConsole(output, found.console);
  });
}

export async function addToken(context: Context, name: string, options: Options): Promise<undefined> {
  const role = roleOf(options);
  const days = daysOf(options.expires);
  const client = await context.client();
  const body = { name, role, ...(days === undefined ? {} : { days }) };
  const made = await client.post<WithConsole<TokenView & { token: string }>>('/v1/tokens', body);
  context.output.show(made, () => {
    context.output.line(harmless(made.token));
    context.output.line(harmless(`Token ${made.id} of ${name}, as ${role}. It is not shown again.`));
    printConsole(context.output, made.console);
  });
}

export async function removeToken(context: Context, id: string): Promise<undefined> {
  const done = await (await context.client()).delete<object>(path('tokens', id));
  context.output.show(done, () => context.output.line(harmless(`Token ${id} is removed.`)));
}

function printConsole(output: Output, { url, failure }: ConsoleView): void {
  if (url !== null) printField(output, 'Console', url);
  else if (failure !== null) printField(output, 'Console', failure, 'red');
  else printField(output, 'Console', 'not open: listen in [console] is empty, or there is no user yet');
}

function roleOf({ role }: Options): Role {
  if (role === 'viewer' || role === 'operator') return role;
  throw usage('Which role?', 'Give --role viewer (sees everything) or --role operator (changes too).');
}

/** `90d`. */
function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? [];
  const count = Number(days);
  if (count >= 1 && count <= LONGEST_DAYS) return count;
  throw usage(
    `${text} is no time for a token.`,
    `Write a number of days, as 90d; ${LONGEST_DAYS}d at the most.`,
  );
}
