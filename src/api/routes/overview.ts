/** Every extension as the console's table shows it: compressed where that is understood, and nothing where it is known. */

import { createGunzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import type { OverviewMaker } from '../overview.ts';

export function overviewRoutes(app: FastifyInstance, maker: OverviewMaker): void {
  app.get('/v1/overview', async ({ headers }, reply) => {
    const { etag, gzip } = await maker.get();
    reply.headers({ etag, vary: 'accept-encoding', 'cache-control': 'private, no-cache' });
    if (isKnown(headers['if-none-match'], etag)) return reply.code(304).send();
    reply.type('application/json; charset=utf-8');
    if (takesGzip(headers['accept-encoding'])) return reply.header('content-encoding', 'gzip').send(gzip);
    const plain = createGunzip();
    plain.end(gzip);
    return reply.send(plain);
  });
}

function isKnown(known: string | undefined, etag: string): boolean {
  return known === '*' || (known ?? '').split(',').some((one) => one.trim() === etag);
}

function takesGzip(accepted: string | string[] | undefined): boolean {
  return String(accepted ?? '')
    .split(',')
    .some((one) => /^(?:gzip|\*)(?:;q=(?!0(?:\.0*)?$).*)?$/.test(one.replace(/\s/g, '')));
}
