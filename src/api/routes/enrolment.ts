/** One-time codes by which a phone takes an extension's lock over: issued, taken back, and which are good now. */
import type { FastifyInstance } from 'fastify';
import { DEFAULT_VALIDITY } from '../../domain/enrolment.ts';
import { callerOf } from '../caller.ts';
import type { ApiDeps } from '../deps.ts';
import { enrolmentBody, extensionParams } from '../schemas.ts';
import type { NewEnrolmentView } from '../shapes.ts';
import { viewEnrolment } from '../views.ts';

interface OfExtension {
  Params: { ext: string };
}

export function enrolmentRoutes(app: FastifyInstance, { enrolment, dialplan }: ApiDeps): void {
  const params = extensionParams;

  app.get('/v1/enrolments', () => ({ enrolments: enrolment.list().map(viewEnrolment) }));

  app.get<OfExtension>('/v1/extensions/:ext/enrolment', { schema: { params } }, ({ params: { ext } }) => {
    const found = enrolment.pending(ext);
    return { enrolment: found === undefined ? null : viewEnrolment(found) };
  });

  app.post<OfExtension & { Body: { seconds?: number; email?: string } | undefined }>(
    '/v1/extensions/:ext/enrolment',
    { schema: { params, body: enrolmentBody } },
    async ({ params: { ext }, body, headers }, reply): Promise<NewEnrolmentView> => {
      const { seconds = DEFAULT_VALIDITY, email } = body ?? {};
      const issued = await enrolment.issue(ext, seconds, callerOf(headers), email);
      void reply.header('cache-control', 'no-store');
      const { featureCode } = dialplan();
      return { ...viewEnrolment(issued), code: issued.code, featureCode, mailed: email ?? null };
    },
  );

  app.delete<OfExtension>(
    '/v1/extensions/:ext/enrolment',
    { schema: { params } },
    async ({ params: { ext }, headers }) => ({
      cancelled: await enrolment.cancel(ext, callerOf(headers)),
    }),
  );
}
