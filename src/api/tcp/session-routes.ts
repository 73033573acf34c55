/** Signing in and out. A wrong name and a wrong password are answered alike, after the same work. */
import type { FastifyInstance } from 'fastify';
import { subjectOf } from '../../access/attempts.ts';
import { isPassword } from '../../access/passwords.ts';
import type { Sessions } from '../../access/sessions.ts';
import { SignInLimits } from '../../access/sign-in-limits.ts';
import type { Role } from '../../domain/account.ts';
import { LineBudget } from '../../log/line-budget.ts';
import type { Logger } from '../../log/logger.ts';
import type { Accounts } from '../../operator/accounts.ts';
import { errorBody } from '../fault-response.ts';
import { sessionBody } from '../schemas.ts';
import type { SessionView } from '../shapes.ts';
import { SESSION_COOKIE } from './guard.ts';

const BODY_LIMIT = 8192;
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict';

export interface SessionDeps {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly logger: Logger;
  readonly now: () => number;
  readonly isTls: boolean;
}

export function sessionRoutes(app: FastifyInstance, deps: SessionDeps): void {
  const { accounts, sessions, logger, now } = deps;
  const limits = new SignInLimits(now);
  const lines = new LineBudget(10, 60_000);
  const attributes = deps.isTls ? `${ATTRIBUTES}; Secure` : ATTRIBUTES;

  app.post<{ Body: { user: string; password: string } }>(
    '/v1/session',
    { schema: { body: sessionBody }, bodyLimit: BODY_LIMIT, config: { isOpen: true } },
    async ({ body, ip }, reply) => {
      const address = subjectOf(ip);
      const wait = limits.take(body.user, address);
      if (wait > 0) {
        const retryAfter = Math.ceil(wait / 1000);
        const message = `Too many tries. Wait ${retryAfter} seconds.`;
        reply.code(429).header('retry-after', retryAfter);
        return { ...errorBody('limited', message, ''), retryAfter };
      }
      const before = accounts.user(body.user);
      const isRight = await isPassword(before?.hash, body.password);
      // The user may have been changed or removed while the password was looked at.
      const user = accounts.user(body.user);
      if (!isRight || user === undefined || user !== before) {
        // Of each: nobody hides another from who reads the log.
        if (lines.take(address, now()))
          logger.warn({ event: 'sign-in-refused', from: ip }, 'a sign-in was refused');
        reply.code(401);
        return errorBody('not-signed-in', 'User or password is wrong.', '');
      }
      limits.succeeded(body.user, address);
      const { session, secret } = sessions.begin(user.name, user.role);
      logger.info({ event: 'signed-in', user: user.name, from: ip }, 'signed in');
      reply.header('set-cookie', `${SESSION_COOKIE}=${secret}; ${attributes}`);
      return viewOf(session.user, session.role, session.csrf);
    },
  );

  app.get('/v1/session', ({ grant }, reply) => {
    if (grant === undefined) return reply.callNotFound();
    return viewOf(grant.name, grant.role, grant.csrf ?? '');
  });

  app.delete('/v1/session', ({ grant }, reply) => {
    reply.code(204).header('set-cookie', `${SESSION_COOKIE}=; Max-Age=0; ${attributes}`);
    void reply.send();
    // Afterwards: the end of a session is the end of its answers.
    if (grant !== undefined && 'user' in grant.by) {
      const session = grant.by;
      reply.raw.once('close', () => sessions.end(session));
    }
  });
}

function viewOf(user: string, role: Role, csrf: string): SessionView {
  return { user, role, csrf };
}
