/** The figures, as Prometheus reads them. */
import type { FastifyInstance } from 'fastify';
import { CONTENT_TYPE } from '../../metrics/exposition.ts';
import type { ApiDeps } from '../deps.ts';

export function metricsRoutes(app: FastifyInstance, { metrics }: ApiDeps): void {
  let underWay: Promise<string> | undefined;
  app.get('/v1/metrics', async (_, reply) => {
    // Several may ask at once; they are gathered once.
    underWay ??= metrics().finally(() => {
      underWay = undefined;
    });
    return reply.type(CONTENT_TYPE).send(await underWay);
  });
}
