/** What is decided for all extensions. */
import type { FastifyInstance } from 'fastify';
import { callerOf } from '../caller.ts';
import type { ApiDeps } from '../deps.ts';
import { settingsBody } from '../schemas.ts';
import type { SettingsView } from '../shapes.ts';
import { readSettings, viewSettings } from '../views.ts';

export function settingsRoutes(app: FastifyInstance, { table, operator }: ApiDeps): void {
  app.get('/v1/settings', () => viewSettings(table.settings));

  app.put<{ Body: Partial<SettingsView> }>(
    '/v1/settings',
    { schema: { body: settingsBody } },
    async ({ body, headers }) =>
      viewSettings(await operator.setSettings(readSettings(body), callerOf(headers))),
  );
}
