/** What an extension accepts for a time. */
import type { FastifyInstance } from 'fastify';
import type { Alternative } from '../../domain/lock.ts';
import type { GrantRequest } from '../../operator/grants.ts';
import { callerOf } from '../caller.ts';
import type { ApiDeps } from '../deps.ts';
import { extensionParams, grantsBody, takeBackBody } from '../schemas.ts';
import type { ExtensionPolicyView } from '../shapes.ts';
import { viewLock, viewPolicy } from '../views.ts';

interface OfExtension {
  Params: { ext: string };
}

export function grantRoutes(app: FastifyInstance, { grants, table }: ApiDeps): void {
  const params = extensionParams;

  app.post<OfExtension & { Body: Pick<GrantRequest, 'alternatives'> & { until: string } }>(
    '/v1/extensions/:ext/grants',
    { schema: { params, body: grantsBody } },
    async ({ params: { ext }, body, headers }): Promise<ExtensionPolicyView> => {
      const { alternatives, until } = body;
      await grants.add(ext, { alternatives, until: Date.parse(until) }, callerOf(headers));
      return {
        extension: ext,
        lock: viewLock(table.lockInForce(ext)),
        policy: viewPolicy(table.policy(ext)),
      };
    },
  );

  app.post<OfExtension & { Body: { alternatives: readonly Alternative[] } }>(
    '/v1/extensions/:ext/grants/take-back',
    { schema: { params, body: takeBackBody } },
    async ({ params: { ext }, body, headers }) => ({
      extension: ext,
      removed: await grants.remove(ext, callerOf(headers), body.alternatives),
    }),
  );

  app.delete<OfExtension>(
    '/v1/extensions/:ext/grants',
    { schema: { params } },
    async ({ params: { ext }, headers }) => ({
      extension: ext,
      removed: await grants.remove(ext, callerOf(headers)),
    }),
  );
}
