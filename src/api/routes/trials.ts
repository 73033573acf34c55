/** What comes of a model or a lock that is still being written. Nothing is saved. */
import type { FastifyInstance } from 'fastify';
import type { PolicyRequest } from '../../operator/operator.ts';
import type { ApiDeps } from '../deps.ts';
import type { KnownDevices } from '../known-devices.ts';
import { lockTrialOf } from '../lock-trial.ts';
import { proposalOf, type TriedModel, trialOf } from '../model-trial.ts';
import { extensionParams, proposeBody, tryLockBody, tryModelBody } from '../schemas.ts';

interface OfExtension {
  Params: { ext: string };
}

export function trialRoutes(app: FastifyInstance, deps: ApiDeps, known: KnownDevices): void {
  app.post<{ Body: { userAgent: string } }>(
    '/v1/models/propose',
    { schema: { body: proposeBody } },
    ({ body }) => proposalOf(body.userAgent, deps, known),
  );

  app.post<{ Body: TriedModel }>('/v1/models/try', { schema: { body: tryModelBody } }, ({ body }) =>
    trialOf(body, deps, known),
  );

  app.post<OfExtension & { Body: Required<Pick<PolicyRequest, 'alternatives'>> }>(
    '/v1/extensions/:ext/try',
    { schema: { params: extensionParams, body: tryLockBody } },
    ({ params: { ext }, body }) => lockTrialOf(ext, body, deps, known),
  );
}
