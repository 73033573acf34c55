/** What would come of a change, and a change of many extensions at once. */
import type { FastifyInstance } from 'fastify';
import type { BulkRequest } from '../../operator/operator.ts';
import { callerOf } from '../caller.ts';
import type { ApiDeps } from '../deps.ts';
import type { KnownDevices } from '../known-devices.ts';
import { previewOf } from '../preview.ts';
import { bulkBody, previewBody } from '../schemas.ts';
import type { BulkReportView } from '../shapes.ts';
import type { Change } from '../would-be.ts';

/** A change of some ten thousand extensions. */
const BODY_LIMIT = 8 * 1024 * 1024;

export function decisionRoutes(app: FastifyInstance, deps: ApiDeps, known: KnownDevices): void {
  app.post<{ Body: { change: Change } }>(
    '/v1/preview',
    { schema: { body: previewBody }, bodyLimit: BODY_LIMIT },
    ({ body }) => previewOf(body.change, deps, known),
  );

  app.post<{ Body: { extensions: string[]; request: BulkRequest } }>(
    '/v1/bulk',
    { schema: { body: bulkBody }, bodyLimit: BODY_LIMIT },
    ({ body: { extensions, request }, headers }): Promise<BulkReportView> =>
      deps.operator.bulk(extensions, request, callerOf(headers)),
  );
}
