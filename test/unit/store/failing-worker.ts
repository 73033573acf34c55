/**
 * The database's thread, with faults on request: a commit whose audit entry is by `crash` ends the thread before it is
 * written, `crash-after` once it is written but before anyone is told, `stall` keeps it busy for a second. A batch
 * whose violation dialled 666 is written, and the thread ends before it says so; only the first time.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Request } from '../../../src/store/messages.ts';

const port = parentPort;
if (port === null) throw new Error('Not a thread');
const say = port.postMessage.bind(port);
let fault: string | undefined;

port.on('message', (request: Request) => {
  fault = faultOf(request);
  if (fault === 'crash') process.exit(1);
  if (fault === 'stall') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
});
port.postMessage = (message: unknown) => {
  if (fault === 'crash-after') throw new Error('A crash on request');
  say(message);
};
await import('../../../src/store/worker.ts');

function faultOf(request: Request): string | undefined {
  if (request.kind === 'commit') return (request as Request<'commit'>).ask.audit[0]?.who;
  if (request.kind !== 'batch') return undefined;
  const { violations } = (request as Request<'batch'>).ask;
  const once = `${(workerData as { path: string }).path}.crashed`;
  if (violations[0]?.dialled !== '666' || existsSync(once)) return undefined;
  writeFileSync(once, '');
  return 'crash-after';
}
