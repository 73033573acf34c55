/**
 * A service under load, to be killed. Arguments: the database, the number to begin counting with, and how many
 * to put every 10 ms (few, and the time makes the batches; many, and their number does). It commits and
 * puts all the time and says on standard output, a line each: `c N` when commit N was acknowledged, `p N` when
 * sighting and violation N were put, `t MS` the time now and then, so that a reader knows how old a line is.
 */
import { setTimeout } from 'node:timers/promises';
import { openStore } from '../../../src/store/client.ts';
import { locking, sighting, violation } from './records.ts';

const [path = '', first = '0', puttings = '1'] = process.argv.slice(2);
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const store = await openStore({ path, logger: silent });
let commits = Number(first);
let puts = Number(first);

setInterval(() => say(`t ${performance.now()}`), 20);
setInterval(() => {
  for (let each = 0; each < Number(puttings); each++) {
    const number = ++puts;
    store.addSighting(sighting({ extension: 'load', userAgent: { kind: 'text', text: `phone ${number}` } }));
    store.putViolation(violation({ id: number }));
    say(`p ${number}`);
  }
}, 10);
for (;;) {
  const number = ++commits;
  await store.commit(locking(`c${number}`));
  say(`c ${number}`);
  // The reader must keep up, or it would kill late.
  await setTimeout(1);
}

/** Into a pipe this is synchronous: what was said is with the reader, whatever comes. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
