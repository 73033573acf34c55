/** What people were told: the channels, the troubles that last, the latest alerts; and a test of the channels. */
import type { FastifyInstance } from 'fastify';
import type { ChannelName } from '../../domain/alert.ts';
import { Fault } from '../../domain/fault.ts';
import type { ApiDeps } from '../deps.ts';
import { alertsQuery, alertTestBody } from '../schemas.ts';
import type { AlertsView, AlertTestView } from '../shapes.ts';
import { viewChannel, viewDelivery, viewTrouble } from '../views-alerts.ts';

const LIMIT = 100;

export function alertRoutes(app: FastifyInstance, { alerts, store }: ApiDeps): void {
  app.get<{ Querystring: { limit?: string } }>(
    '/v1/alerts',
    { schema: { querystring: alertsQuery } },
    async ({ query: { limit } }): Promise<AlertsView> => {
      const deliveries = await store.deliveries({ limit: Number(limit ?? LIMIT) });
      return {
        channels: alerts.notifier.states.map(viewChannel),
        troubles: alerts.troubles.map(viewTrouble),
        alerts: deliveries.map(viewDelivery),
      };
    },
  );

  app.post<{ Body: { channel?: ChannelName } }>(
    '/v1/alerts/test',
    { schema: { body: alertTestBody } },
    async ({ body: { channel } }): Promise<AlertTestView> => {
      const results = await alerts.notifier.test(channel);
      if (results.length === 0) throw notConfigured(channel);
      return { results: results.map(({ error, ...result }) => ({ ...result, error: error ?? null })) };
    },
  );
}

function notConfigured(channel: ChannelName | undefined): Fault {
  return new Fault(
    'no-such-channel',
    channel === undefined
      ? 'No channel for alerts is configured.'
      : `The channel ${channel} is not configured.`,
    `Set it up in [alerts.${channel ?? 'email'}] of the configuration, then restart the service.`,
  );
}
