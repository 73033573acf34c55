/**
 * The least a FastAGI server on Node can cost: one SET VARIABLE, the sending side closed right behind it. A yardstick
 * for the bench, on loopback only: no limit, no deadline, no look at what was asked. It must never meet a call that
 * matters.
 *
 *   node bare.ts PORT [early]
 *
 * Prints "listening PORT" once it listens; port 0 takes a free one. It answers at the header's blank line, as the
 * protocol has it; with `early` at the header's fourth line, as the gate does.
 */
import { createServer } from 'node:net';

const ANSWER = Buffer.from('SET VARIABLE DEVICELOCK_VERDICT "allow"\n');
const EARLY_LINES = 4;

const [port = '0', mode] = process.argv.slice(2);
const isWhole =
  mode === 'early'
    ? (text: string) => text.split('\n', EARLY_LINES + 1).length > EARLY_LINES
    : (text: string) => text.includes('\n\n');

const server = createServer({ allowHalfOpen: true }, (socket) => {
  let text = '';
  let answered = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    if (answered) return;
    text += chunk.toString('latin1');
    if (!isWhole(text)) return;
    answered = true;
    socket.end(ANSWER);
  });
});

server.listen({ port: Number(port), host: '127.0.0.1', backlog: 1024 }, () => {
  const bound = server.address();
  if (bound !== null && typeof bound === 'object') process.stdout.write(`listening ${bound.port}\n`);
});
