/**
 * The HTTP API on a Unix socket. It reads from memory and the store, and hands every change to the operator; it decides
 * nothing. Requests are bounded in size, time and number.
 */
import { once } from 'node:events';
import fastify, { type FastifyInstance } from 'fastify';
import type { ApiDeps } from './deps.ts';
import { faultResponder, noSuchRoute } from './fault-response.ts';
import { Followers } from './followers.ts';
import { alertRoutes } from './routes/alerts.ts';
import { dialplanRoutes } from './routes/dialplan.ts';
import { eventRoutes } from './routes/events.ts';
import { extensionRoutes } from './routes/extensions.ts';
import { lifecycleRoutes } from './routes/lifecycle.ts';
import { modelRoutes } from './routes/models.ts';
import { recordRoutes } from './routes/records.ts';
import { settingsRoutes } from './routes/settings.ts';
import { statusRoutes } from './routes/status.ts';
import { transferRoutes } from './routes/transfer.ts';
import { wordsFor } from './schemas.ts';
import { listenOn } from './socket.ts';

export interface Api {
  /** Rejects with a SocketError where the socket cannot be made or belongs to a living process. */
  listen(): Promise<void>;
  /** Lets answers under way finish; resolves within two seconds, and removes the socket. */
  close(): Promise<void>;
}

const BODY_LIMIT = 1024 * 1024;
const REQUEST_MS = 10_000;
/** A connection on which nothing moves for so long is closed; followers get a heartbeat more often. */
const IDLE_MS = 60_000;
const MAX_CONNECTIONS = 100;
const CLOSE_MS = 1500;

export function createApi(deps: ApiDeps): Api {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    connectionTimeout: IDLE_MS,
    http: { maxHeaderSize: 8192, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 1000 },
    routerOptions: { maxParamLength: 300 },
    schemaErrorFormatter: wordsFor,
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, discriminator: true },
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.setErrorHandler(faultResponder(deps.logger));
  app.setNotFoundHandler(noSuchRoute);
  const followers = new Followers(deps.events, deps.now);
  statusRoutes(app, deps);
  extensionRoutes(app, deps);
  lifecycleRoutes(app, deps);
  settingsRoutes(app, deps);
  dialplanRoutes(app, deps);
  modelRoutes(app, deps);
  recordRoutes(app, deps);
  alertRoutes(app, deps);
  transferRoutes(app, deps);
  eventRoutes(app, followers);

  return {
    async listen() {
      await app.ready();
      await listenOn(app.server, deps.socket, deps.group);
    },
    close: () => close(app, followers),
  };
}

async function close(app: FastifyInstance, followers: Followers): Promise<void> {
  followers.close();
  const { server } = app;
  if (server.listening) {
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    await closed;
    clearTimeout(timer);
  }
  await app.close();
}
