/**
 * The gate itself, with a judge that allows everything: what the FastAGI side of the service costs, without the rest.
 *
 *   node gate.ts PORT
 *
 * Prints "listening PORT" once it listens; port 0 takes a free one. Faults go to standard error. At SIGUSR1 it prints
 * its own figures as one line of JSON; at SIGTERM it closes and ends.
 */
import { createGate } from '../../src/gate/server.ts';

const [port = '0'] = process.argv.slice(2);

const gate = createGate({
  port: Number(port),
  decide: () => ({ kind: 'allow' }),
  onFault: ({ code, message }) => process.stderr.write(`${code}: ${message}\n`),
});
process.on('SIGUSR1', () => process.stdout.write(`${JSON.stringify(gate.stats)}\n`));
process.once('SIGTERM', () => void gate.close().then(() => process.exit(0)));
const bound = await gate.listen();
process.stdout.write(`listening ${bound.port}\n`);
