/** For those who have much to do at once: lets calls have their turn, and the database catch up. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Store } from '../store/store.ts';

/** Trailing writes at which one slows down: well below the limit at which they are dropped. */
const MANY = 10_000;
const STEP_MS = 20;
/** A disk that refuses must not hold up what protects calls; beyond this the writes may be dropped. */
const LONGEST_MS = 5000;

export type Pace = () => Promise<void>;

export function paceOf(store: Pick<Store, 'backlog'>): Pace {
  return async () => {
    await turn();
    for (let waited = 0; store.backlog > MANY && waited < LONGEST_MS; waited += STEP_MS) await sleep(STEP_MS);
  };
}
