/** What the dialplan has to know: the FreePBX module asks it whenever FreePBX writes its dialplan. */
import type { FastifyInstance } from 'fastify';
import type { ApiDeps } from '../deps.ts';

export function dialplanRoutes(app: FastifyInstance, { dialplan }: ApiDeps): void {
  app.get('/v1/dialplan', () => dialplan());
}
