/** Collects, every few seconds, what the dialplan did without an answer. One round at a time; what fails comes again. */
import { collectJournal } from '../astdb/journal.ts';
import type { Asterisk } from '../asterisk/port.ts';
import type { CallRecord } from '../domain/call-record.ts';
import type { Logger } from '../log/logger.ts';

export interface JournalCollectorOptions {
  readonly asterisk: Pick<Asterisk, 'connected' | 'databaseTree' | 'databaseDelete'>;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly take: (record: CallRecord) => void;
}

const EVERY_MS = 5000;

export class JournalCollector {
  readonly #options: JournalCollectorOptions;
  #isCollecting = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: JournalCollectorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#collect(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #collect(): Promise<void> {
    const { asterisk, logger, now, take } = this.#options;
    if (!asterisk.connected || this.#isCollecting) return;
    this.#isCollecting = true;
    try {
      await collectJournal(asterisk, take, now());
    } catch (error) {
      logger.debug({ err: error }, "the dialplan's journal could not be collected; it is at the next round");
    } finally {
      this.#isCollecting = false;
    }
  }
}
