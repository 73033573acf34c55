/** An HTTP server with no route yet: bounded in size, time and number, its failures answered in one shape. */
import { once } from 'node:events';
import type { OutgoingHttpHeaders, Server } from 'node:http';
import type { Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from '../log/logger.ts';
import { fairShare } from './fair-share.ts';
import { faultResponder, noSuchRoute } from './fault-response.ts';
import { answerInPieces, answerMisread, answerNoAddress } from './misread.ts';
import { wordsFor } from './schemas.ts';
import { Turns } from './turns.ts';

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
  /** Every answer has them, whatever it answers. */
  readonly headers?: OutgoingHttpHeaders;
}

export function makeApp({ logger, maxConnections, tls, headers = {} }: AppOptions): FastifyInstance {
  // A request without a Host is refused as one with a wrong one.
  const http = {
    requireHostHeader: false,
    maxHeaderSize: 8192,
    headersTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1000,
  };
  const options = {
    logger: false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    connectionTimeout: IDLE_MS,
    routerOptions: { maxParamLength: 300 },
    schemaErrorFormatter: wordsFor,
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply) =>
      answerNoAddress(reply, headers),
    clientErrorHandler: (error: Error, socket: Socket) => answerMisread(error, socket, headers),
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
  fairShare(app.server, (socket) => answerInPieces(socket, headers));
  const turns = new Turns();
  app.addHook('onRequest', ({ raw }, reply, done) => {
    // On the bare response: also what is streamed past the framework has them.
    for (const [name, value] of Object.entries(headers))
      if (value !== undefined) reply.raw.setHeader(name, value);
    turns.take(() => {
      // Who has gone meanwhile is answered by nobody, and would never be seen to go.
      if (raw.socket.destroyed) reply.hijack();
      else done();
    });
  });
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
