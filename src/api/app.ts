/** An HTTP server with no route yet: bounded in size, time and number, its failures answered in one shape. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from '../log/logger.ts';
import { faultResponder, noSuchRoute } from './fault-response.ts';
import { wordsFor } from './schemas.ts';

const BODY_LIMIT = 1024 * 1024;
const REQUEST_MS = 10_000;
/** A connection on which nothing moves for so long is closed; followers get a heartbeat more often. */
const IDLE_MS = 60_000;
const CLOSE_MS = 1500;

export interface AppOptions {
  readonly logger: Logger;
  readonly maxConnections: number;
  /** PEM texts; undefined is plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

export function makeApp({ logger, maxConnections, tls }: AppOptions): FastifyInstance {
  const http = { maxHeaderSize: 8192, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 1000 };
  const options = {
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    connectionTimeout: IDLE_MS,
    routerOptions: { maxParamLength: 300 },
    schemaErrorFormatter: wordsFor,
    ajv: {
      customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, discriminator: true },
    },
  } as const;
  const app =
    tls === undefined
      ? fastify({ ...options, http })
      : (fastify({
          ...options,
          https: { ...http, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: REQUEST_MS },
        }) as unknown as FastifyInstance);
  app.server.maxConnections = maxConnections;
  app.setErrorHandler(faultResponder(logger));
  app.setNotFoundHandler(noSuchRoute);
  return app;
}

/** Takes nobody new, lets answers under way finish; resolves within two seconds. */
export async function closeApp(app: FastifyInstance): Promise<void> {
  if (app.server.listening) await closeServer(app.server);
  await app.close();
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearTimeout(timer);
}
