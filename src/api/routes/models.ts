/** The phone library: the shipped models with the operator's on top. */
import type { FastifyInstance } from 'fastify';
import type { PhoneModel } from '../../domain/phone-model.ts';
import { callerOf } from '../caller.ts';
import type { ApiDeps } from '../deps.ts';
import { modelBody, modelParams, newModelBody } from '../schemas.ts';
import type { ModelView } from '../shapes.ts';

interface OfModel {
  Params: { id: string };
}

export function modelRoutes(app: FastifyInstance, { library, operator }: ApiDeps): void {
  const params = modelParams;
  const view = (model: PhoneModel): ModelView => ({ ...model, shipped: library.isShipped(model.id) });

  app.get('/v1/models', () => ({
    models: library.models().map(view),
    removed: library.removed().map(view),
  }));

  app.get<OfModel>('/v1/models/:id', { schema: { params } }, (request) =>
    view(library.require(request.params.id)),
  );

  app.post<{ Body: PhoneModel }>(
    '/v1/models',
    { schema: { body: newModelBody } },
    async ({ body, headers }, reply) => {
      await operator.addModel(body, callerOf(headers));
      reply.code(201);
      return view(library.require(body.id));
    },
  );

  app.put<OfModel & { Body: Partial<PhoneModel> }>(
    '/v1/models/:id',
    { schema: { params, body: modelBody } },
    async ({ params: { id }, body, headers }) => {
      await operator.editModel(id, body, callerOf(headers));
      return view(library.require(id));
    },
  );

  app.post<OfModel>('/v1/models/:id/restore', { schema: { params } }, async ({ params: { id }, headers }) => {
    await operator.restoreModel(id, callerOf(headers));
    return view(library.require(id));
  });

  app.delete<OfModel>('/v1/models/:id', { schema: { params } }, async ({ params: { id }, headers }) => {
    await operator.removeModel(id, callerOf(headers));
    return { removed: id };
  });
}
