/** What is remembered: violations, calls and the audit, newest first. */
import type { FastifyInstance } from 'fastify';
import { Fault } from '../../domain/fault.ts';
import type { ViolationFilter } from '../../store/store.ts';
import type { ApiDeps } from '../deps.ts';
import { auditQuery, callsQuery, violationsQuery } from '../schemas.ts';
import { viewAudit, viewCall, viewReaction, viewViolation } from '../views.ts';
import { violationsCsv } from '../violations-csv.ts';

/** How many are listed where the query does not say. */
const LIMIT = 100;

interface Query {
  extension?: string;
  target?: string;
  open?: 'true' | 'false';
  since?: string;
  until?: string;
  limit?: string;
  before?: string;
}

export function recordRoutes(app: FastifyInstance, { store }: ApiDeps): void {
  app.get<{ Querystring: Query }>(
    '/v1/violations',
    { schema: { querystring: violationsQuery } },
    async ({ query }) => {
      const limit = Number(query.limit ?? LIMIT);
      const violations = await store.violations({ ...filterOf(query), limit });
      const next = violations.length === limit ? (violations.at(-1)?.id ?? null) : null;
      const reactions = await store.reactionsOf(violations.map(({ id }) => id));
      return { violations: violations.map(viewViolation), next, reactions: reactions.map(viewReaction) };
    },
  );

  app.get<{ Querystring: Query }>(
    '/v1/violations.csv',
    { schema: { querystring: violationsQuery } },
    async ({ query }, reply) => {
      const { before, ...filter } = filterOf(query);
      const most = query.limit === undefined ? Number.POSITIVE_INFINITY : Number(query.limit);
      const csv = await violationsCsv(
        (after, limit) => store.violations({ ...filter, ...after, order: 'opened', limit }),
        before,
        most,
      );
      reply.headers({
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': 'attachment; filename="violations.csv"',
        'cache-control': 'no-store',
      });
      return reply.send(csv);
    },
  );

  app.get<{ Querystring: Query }>(
    '/v1/calls',
    { schema: { querystring: callsQuery } },
    async ({ query: { extension, limit } }) => {
      const page = { limit: Number(limit ?? LIMIT) };
      const calls = await store.calls(extension === undefined ? page : { extension, ...page });
      return { calls: calls.map(viewCall) };
    },
  );

  app.get<{ Querystring: Query }>(
    '/v1/audit',
    { schema: { querystring: auditQuery } },
    async ({ query: { target, limit } }) => {
      const page = { limit: Number(limit ?? LIMIT) };
      const audit = await store.audit(target === undefined ? page : { target, ...page });
      return { audit: audit.map(viewAudit) };
    },
  );
}

function filterOf({ extension, open, since, until, before }: Query): Omit<ViolationFilter, 'limit'> {
  return {
    ...(extension === undefined ? {} : { extension }),
    ...(open === undefined ? {} : { open: open === 'true' }),
    ...(since === undefined ? {} : { since: timeOf('since', since) }),
    ...(until === undefined ? {} : { until: timeOf('until', until) }),
    ...(before === undefined ? {} : { before: Number(before) }),
  };
}

function timeOf(name: string, text: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new Fault('malformed', `${name} is no time.`, 'Write 2026-01-31T12:00:00Z, or 2026-01-31.');
}
