/** What is remembered: violations, calls and the audit, newest first. */
import type { FastifyInstance } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { auditQuery, callsQuery, violationsQuery } from '../schemas.ts';
import { viewAudit, viewCall, viewViolation } from '../views.ts';

/** How many are listed where the query does not say. */
const LIMIT = 100;

interface Query {
  extension?: string;
  target?: string;
  open?: 'true' | 'false';
  limit?: string;
}

export function recordRoutes(app: FastifyInstance, { store }: ApiDeps): void {
  app.get<{ Querystring: Query }>(
    '/v1/violations',
    { schema: { querystring: violationsQuery } },
    async ({ query: { extension, open, limit } }) => {
      const violations = await store.violations({
        ...(extension === undefined ? {} : { extension }),
        ...(open === undefined ? {} : { open: open === 'true' }),
        limit: Number(limit ?? LIMIT),
      });
      return { violations: violations.map(viewViolation) };
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
