/**
 * ding-dong as its own manual uses it, with nothing in front of it. A yardstick for the bench, on loopback only: what
 * the gate's guard costs or saves. It must never meet a call that matters.
 *
 *   node bare-ding-dong.ts PORT
 *
 * Prints "listening PORT" once it listens; port 0 takes a free one.
 */
import { createServer } from 'node:net';
import Context from 'ding-dong/lib/context.js';

const [port = '0'] = process.argv.slice(2);

const server = createServer((socket) => {
  const context = new Context(socket, { logger: () => undefined });
  context.on('error', () => socket.destroy());
  context.on('variables', () => {
    void context.setVariable('DEVICELOCK_VERDICT', 'allow').then(() => context.end());
  });
});

server.listen({ port: Number(port), host: '127.0.0.1', backlog: 1024 }, () => {
  const bound = server.address();
  if (bound !== null && typeof bound === 'object') process.stdout.write(`listening ${bound.port}\n`);
});
