/** The events as a stream of JSON lines: the latest few, then each as it comes. */
import type { FastifyInstance } from 'fastify';
import { errorBody } from '../fault-response.ts';
import type { Followers } from '../followers.ts';
import { eventsQuery } from '../schemas.ts';

interface Query {
  last?: string;
  after?: string;
  follow?: 'true' | 'false';
}

export function eventRoutes(app: FastifyInstance, followers: Followers): void {
  app.get<{ Querystring: Query }>(
    '/v1/events',
    { schema: { querystring: eventsQuery } },
    (request, reply) => {
      const { last = '0', after, follow = 'true' } = request.query;
      const known = after === undefined ? followers.latest(Number(last)) : followers.after(after);
      const lines = known.join('');
      const headers = { 'content-type': 'application/jsonl', 'cache-control': 'no-store' };
      if (follow === 'false') return void reply.headers(headers).send(lines);
      if (followers.isFull) {
        const body = errorBody(
          'busy',
          'Too many are following the events already.',
          'End one of the others.',
        );
        return void reply.code(503).send(body);
      }
      reply.hijack();
      reply.raw.writeHead(200, headers);
      reply.raw.flushHeaders();
      if (lines !== '') reply.raw.write(lines);
      followers.add(reply.raw);
    },
  );
}
