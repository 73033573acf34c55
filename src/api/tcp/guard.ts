/**
 * Who may ask over the network, decided before anything of a request is read: asked for by a name of our own, signed in or
 * with a token, allowed to change something where it would, and a change with the page's own token. Whoever passes is named
 * for the audit here; what the request itself says of that is dropped.
 */
import { timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Session, Sessions } from '../../access/sessions.ts';
import type { Role, Token } from '../../domain/account.ts';
import type { Accounts } from '../../operator/accounts.ts';
import { WHO_HEADER } from '../caller.ts';
import { type AccessCode, errorBody } from '../fault-response.ts';
import { isOwnHost, type Listen } from './hosts.ts';

export const SESSION_COOKIE = 'device-lock-session';
const CSRF_HEADER = 'x-device-lock-token';
const COOKIE = /(?:^|;)\s*device-lock-session=([A-Za-z0-9_-]{43})(?=;|\s|$)/;
const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/i;

/** They are asked by POST, and change nothing: a viewer may. */
const ONLY_LOOKS: ReadonlySet<string | undefined> = new Set([
  '/v1/preview',
  '/v1/models/try',
  '/v1/models/propose',
  '/v1/extensions/:ext/check',
  '/v1/extensions/:ext/try',
]);

/** Bytes: one model with its samples, or one lock. What is for thousands of extensions at once is for who may do it. */
const VIEWERS_BODY = 64 * 1024;

/** Nothing but what comes from here, nothing inline, no frame around it. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Of every answer over the network. */
export const HEADERS = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Who asks. */
export interface Grant {
  readonly name: string;
  readonly role: Role;
  readonly by: Session | Token;
  /** undefined: a token was shown, which no other page can make a browser send. */
  readonly csrf: string | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    grant: Grant | undefined;
  }
  interface FastifyContextConfig {
    /** Answered also for those who are not signed in. */
    readonly isOpen?: boolean;
  }
}

export interface GuardOptions {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly listen: Listen;
  readonly names: readonly string[];
}

/** To be called before any route is added. */
export function guard(app: FastifyInstance, options: GuardOptions, answers: Answers): void {
  app.decorateRequest('grant', undefined);
  app.addHook('onRequest', (request, reply, done) => {
    delete request.raw.headers[WHO_HEADER];
    const refusal = refusalOf(request, options);
    if (refusal !== undefined) {
      refuse(reply, refusal);
      return;
    }
    const { grant } = request;
    if (grant !== undefined) {
      request.raw.headers[WHO_HEADER] = `${grant.csrf === undefined ? 'token' : 'user'}:${grant.name}`;
      answers.hold(grant.by, reply.raw);
    }
    done();
  });
}

/** Answers under way, by who asked: they end when that one may ask no more. */
export class Answers {
  readonly #open = new Map<object, Set<ServerResponse>>();

  hold(by: object, response: ServerResponse): void {
    const open = this.#open.get(by) ?? new Set();
    this.#open.set(by, open.add(response));
    response.once('close', () => {
      open.delete(response);
      if (open.size === 0 && this.#open.get(by) === open) this.#open.delete(by);
    });
  }

  end(by: object): void {
    for (const response of this.#open.get(by) ?? []) response.destroy();
    this.#open.delete(by);
  }

  /** Ends those of whom this holds. */
  endWhere(isOver: (by: object) => boolean): void {
    for (const by of this.#open.keys()) if (isOver(by)) this.end(by);
  }
}

interface Refusal {
  readonly status: number;
  readonly code: AccessCode | 'too-large';
  readonly message: string;
  readonly hint: string;
}

function refusalOf(request: FastifyRequest, options: GuardOptions): Refusal | undefined {
  const { headers, socket } = request.raw;
  if (!isOwnHost(headers.host, options.listen, options.names, socket.localAddress)) {
    const hint = 'Ask for it by its address, or add the name to names in [console].';
    return { status: 421, code: 'wrong-host', message: 'The console does not go by this name.', hint };
  }
  const isChange = request.method !== 'GET' && request.method !== 'HEAD';
  if (isChange && !isOwnPage(headers['sec-fetch-site'])) {
    return { status: 403, code: 'no-token', message: 'Another page asked for this.', hint: '' };
  }
  if (request.routeOptions.config.isOpen === true) return undefined;
  const grant = grantOf(request, options);
  if (grant === undefined) {
    return { status: 401, code: 'not-signed-in', message: 'Sign in first.', hint: '' };
  }
  request.grant = grant;
  return isChange ? refusalOfChange(request, grant) : undefined;
}

function refusalOfChange(request: FastifyRequest, grant: Grant): Refusal | undefined {
  if (grant.csrf !== undefined && !isEqual(request.headers[CSRF_HEADER], grant.csrf)) {
    return { status: 403, code: 'no-token', message: 'This page is too old.', hint: 'Load it again.' };
  }
  if (grant.role === 'viewer' && Number(request.headers['content-length'] ?? 0) > VIEWERS_BODY) {
    return { status: 413, code: 'too-large', message: 'That is more than a viewer asks for.', hint: '' };
  }
  const route = request.routeOptions.url;
  if (grant.role === 'operator' || route === '/v1/session' || ONLY_LOOKS.has(route)) return undefined;
  const hint = 'Ask somebody who is an operator.';
  return { status: 403, code: 'forbidden', message: 'A viewer changes nothing.', hint };
}

function grantOf(request: FastifyRequest, { accounts, sessions }: GuardOptions): Grant | undefined {
  const { authorization, cookie } = request.raw.headers;
  if (authorization !== undefined) {
    const [, text] = BEARER.exec(authorization) ?? [];
    const token = text === undefined ? undefined : accounts.tokenOf(text);
    return token && { name: token.name, role: token.role, by: token, csrf: undefined };
  }
  const [, secret] = COOKIE.exec(cookie ?? '') ?? [];
  const session = secret === undefined ? undefined : sessions.find(secret);
  return session && { name: session.user, role: session.role, by: session, csrf: session.csrf };
}

/** A browser says where a request comes from; what is no browser says nothing. */
function isOwnPage(site: string | string[] | undefined): boolean {
  return site === undefined || site === 'same-origin' || site === 'none';
}

function isEqual(said: string | string[] | undefined, wanted: string): boolean {
  const [a, b] = [Buffer.from(String(said ?? '')), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refuse(reply: FastifyReply, { status, code, message, hint }: Refusal): void {
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  void reply.code(status).send(errorBody(code, message, hint));
}
