/** A service that opens the database of its argument, says as JSON how that went, and closes it. */
import { openStore } from '../../../src/store/client.ts';
import { StoreError } from '../../../src/store/store.ts';

const path = process.argv[2] ?? '';
const silent = { info: () => {}, warn: () => {}, error: () => {} };
try {
  const store = await openStore({ path, logger: silent });
  await store.close();
  say({ opened: true });
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  say({ fault: error.fault, message: error.message, hint: error.hint });
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
