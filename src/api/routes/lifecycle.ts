/** What becomes of an extension's decisions when the PBX deletes it, or gives it another number. */
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import type { ApiDeps } from '../deps.ts';
import { extensionParams, renameBody } from '../schemas.ts';

interface OfExtension {
  Params: { ext: string };
}

export function lifecycleRoutes(app: FastifyInstance, { operator }: ApiDeps): void {
  const params = extensionParams;

  app.delete<OfExtension>('/v1/extensions/:ext', { schema: { params } }, async (request) => {
    const { ext } = request.params;
    await operator.forget(ext, callerOf(request.headers));
    return { forgotten: ext };
  });

  app.post<OfExtension & { Body: { to: string } }>(
    '/v1/extensions/:ext/rename',
    { schema: { params, body: renameBody } },
    async ({ params: { ext }, body: { to }, headers }) => {
      await operator.rename(ext, to, callerOf(headers));
      return { renamed: ext, to };
    },
  );
}
