/** What goes wrong in the gate: its own faults are logged whole and counted, strangers at the port must not fill the log. */
import type { GateFault } from '../gate/fault.ts';
import { LineBudget } from '../log/line-budget.ts';
import type { Logger } from '../log/logger.ts';

export class GateFaults {
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #budget = new LineBudget(10, 60_000);
  #bugs = 0;

  /** @param now milliseconds since the epoch */
  constructor(logger: Logger, now: () => number) {
    this.#logger = logger;
    this.#now = now;
  }

  /** Faults of the service's own, since the start. */
  get bugs(): number {
    return this.#bugs;
  }

  take({ code, message, bug, cause }: GateFault): void {
    if (bug) {
      this.#bugs++;
      this.#logger.error({ event: 'gate-bug', code, err: cause }, message);
    } else if (this.#budget.take(code, this.#now())) {
      this.#logger.warn({ event: 'gate-fault', code }, message);
    }
  }
}
