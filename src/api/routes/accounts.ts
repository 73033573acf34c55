/** Users and tokens, for who may use the Unix socket alone: nobody makes another user over the network. */
import type { FastifyInstance } from 'fastify';
import type { Role, Token, User } from '../../domain/account.ts';
import type { Accounts } from '../../operator/accounts.ts';
import { callerOf } from '../caller.ts';
import { accountParams, passwordBody, tokenBody, tokenParams, userBody } from '../schemas.ts';
import type { TokenView, UserView } from '../shapes.ts';
import type { Door } from '../tcp/door.ts';
import { iso, isoOrNull } from '../views.ts';

const DAY_MS = 86_400_000;

interface OfUser {
  Params: { name: string };
}

export function accountRoutes(app: FastifyInstance, accounts: Accounts, door: Door, now: () => number): void {
  app.get('/v1/users', () => ({ users: accounts.users().map(viewUser), console: door.state }));

  app.post<{ Body: { name: string; role: Role; password: string } }>(
    '/v1/users',
    { schema: { body: userBody } },
    async ({ body: { name, role, password }, headers }, reply) => {
      await accounts.addUser(name, role, password, callerOf(headers));
      await door.settle();
      reply.code(201);
      return { user: name, role, console: door.state };
    },
  );

  app.put<OfUser & { Body: { password: string } }>(
    '/v1/users/:name/password',
    { schema: { params: accountParams, body: passwordBody } },
    async ({ params: { name }, body: { password }, headers }) => {
      await accounts.setPassword(name, password, callerOf(headers));
      return { changed: name };
    },
  );

  app.delete<OfUser>(
    '/v1/users/:name',
    { schema: { params: accountParams } },
    async ({ params, headers }) => {
      await accounts.removeUser(params.name, callerOf(headers));
      await door.settle();
      return { removed: params.name };
    },
  );

  app.get('/v1/tokens', () => ({ tokens: accounts.tokens().map(viewToken), console: door.state }));

  app.post<{ Body: { name: string; role: Role; days?: number } }>(
    '/v1/tokens',
    { schema: { body: tokenBody } },
    async ({ body: { name, role, days }, headers }, reply) => {
      const expires = days === undefined ? undefined : now() + days * DAY_MS;
      const { token, text } = await accounts.addToken(name, role, expires, callerOf(headers));
      await door.settle();
      reply.code(201);
      return { ...viewToken(token), token: text, console: door.state };
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/v1/tokens/:id',
    { schema: { params: tokenParams } },
    async ({ params: { id }, headers }) => {
      await accounts.removeToken(id, callerOf(headers));
      await door.settle();
      return { removed: id };
    },
  );
}

function viewUser({ name, role, made, changed }: User): UserView {
  return { name, role, made: iso(made), changed: iso(changed) };
}

function viewToken({ id, name, role, made, expires }: Token): TokenView {
  return { id, name, role, made: iso(made), expires: isoOrNull(expires) };
}
