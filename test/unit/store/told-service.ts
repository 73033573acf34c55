/**
 * A service that does as it is told on standard input, a JSON object a line, and answers each with one: `commit` a lock
 * of that extension, `put` so many sightings, `health`.
 */
import { createInterface } from 'node:readline';
import { openStore } from '../../../src/store/client.ts';
import { type Store, StoreError } from '../../../src/store/store.ts';
import { locking, sighting } from './records.ts';

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const store = await openStore({ path: process.argv[2] ?? '', logger: silent });
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(store, JSON.parse(line));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function obey(to: Store, order: { commit?: string; put?: number }): Promise<object> {
  const long = 'x'.repeat(400);
  try {
    if (order.commit !== undefined) {
      await to.commit(locking(order.commit, long));
      return { ok: true };
    }
    if (order.put === undefined) return await to.health();
    for (let index = 0; index < order.put; index++) {
      to.addSighting(sighting({ userAgent: { kind: 'text', text: `${index} ${long}` } }));
    }
    return { ok: true };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { fault: error.fault, message: error.message, hint: error.hint };
  }
}
