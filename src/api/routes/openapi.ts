/** The API's own description. It knows of every route that is registered after it. */
import type { FastifyInstance } from 'fastify';
import { documentOf, type Route } from '../openapi/document.ts';

export function openapiRoutes(app: FastifyInstance, version: () => string): void {
  const routes: Route[] = [];
  app.addHook('onRoute', ({ method, url, schema = {} }) => {
    // Fastify answers HEAD by itself where there is GET; what is not the API's is none of this.
    const methods = [method].flat().filter((one) => one !== 'HEAD');
    if (url.startsWith('/v1/')) routes.push(...methods.map((one) => ({ method: one, url, schema })));
  });
  let document: ReturnType<typeof documentOf> | undefined;
  app.get('/v1/openapi.json', () => {
    document ??= documentOf(routes, version());
    return document;
  });
}
