/** What happens, as it happens: every event as a line of JSON, or for pages what to load again as server-sent events. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ChangeStream } from '../change-stream.ts';
import { errorBody } from '../fault-response.ts';
import type { Followers } from '../followers.ts';
import { eventsQuery } from '../schemas.ts';

interface Query {
  last?: string;
  after?: string;
  follow?: 'true' | 'false';
}

/** Of one user or token, so that the others find a place: a browser has one for each page. */
const MOST_OF_ONE = 8;

export function eventRoutes(app: FastifyInstance, followers: Followers, stream: ChangeStream): void {
  const open = new Map<string, number>();
  /** A place until the answer ends; false where there is none. */
  const take = ({ grant }: FastifyRequest, { raw }: FastifyReply): boolean => {
    if (grant === undefined) return true;
    const who = `${grant.csrf === undefined} ${grant.name}`;
    const count = open.get(who) ?? 0;
    if (count >= MOST_OF_ONE) return false;
    open.set(who, count + 1);
    raw.once('close', () => {
      const left = (open.get(who) ?? 1) - 1;
      if (left === 0) open.delete(who);
      else open.set(who, left);
    });
    return true;
  };
  app.get<{ Querystring: Query }>(
    '/v1/events',
    { schema: { querystring: eventsQuery }, exposeHeadRoute: false },
    (request, reply) => {
      const { last = '0', after, follow = 'true' } = request.query;
      const known = after === undefined ? followers.latest(Number(last)) : followers.after(after);
      const lines = known.join('');
      const type = 'application/jsonl';
      if (follow === 'false')
        return void reply.headers({ 'content-type': type, 'cache-control': 'no-store' }).send(lines);
      if (followers.isFull || !take(request, reply)) return refuse(reply);
      begin(reply, type);
      if (lines !== '') reply.raw.write(lines);
      followers.add(reply.raw);
    },
  );

  app.get('/v1/stream', { exposeHeadRoute: false }, (request, reply) => {
    if (stream.isFull || !take(request, reply)) return refuse(reply);
    begin(reply, 'text/event-stream');
    stream.add(reply.raw);
  });
}

/** From here on the response is written by whoever follows up. */
function begin(reply: FastifyReply, type: string): void {
  reply.hijack();
  const set = reply.getHeaders() as Record<string, string>;
  reply.raw.writeHead(200, { ...set, 'content-type': type, 'cache-control': 'no-store' });
  reply.raw.flushHeaders();
}

function refuse(reply: FastifyReply): void {
  const body = errorBody('busy', 'Too many are following the events already.', 'End one of the others.');
  void reply.code(503).send(body);
}
