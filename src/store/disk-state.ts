/** Whether the disk takes what is written, logged once for each change of that, and never once a write. */
import type { BaseLogger } from 'pino';
import { messageOf } from '../domain/message-of.ts';
import { StoreError } from './store.ts';

export type StoreLogger = Pick<BaseLogger, 'info' | 'warn' | 'error'>;

export class DiskState {
  readonly #logger: StoreLogger;
  #failure: string | undefined;
  #dropping = false;
  #refused = 0;

  constructor(logger: StoreLogger) {
    this.#logger = logger;
  }

  /** The last failure to write, until a write succeeds again. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Rows that the schema refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  failed(error: unknown): void {
    if (this.#failure === undefined) {
      const hint = error instanceof StoreError ? error.hint : undefined;
      this.#logger.error({ err: error, hint }, 'The database cannot be written; writes wait in memory');
    }
    this.#failure = messageOf(error);
  }

  written(): void {
    if (this.#failure !== undefined) this.#logger.info('The database can be written again');
    this.#failure = undefined;
    this.#dropping = false;
  }

  /** A trailing write was given up because too many wait. */
  dropped(): void {
    if (this.#dropping) return;
    this.#dropping = true;
    this.#logger.warn('Too many writes wait for the disk: some are given up, sightings first');
  }

  /** The schema refused rows, which is a fault of ours: each time is worth a line. */
  rowsRefused(count: number, why: string): void {
    this.#refused += count;
    this.#logger.error(
      { count, why },
      'The database refused rows; they are lost. This is a fault: report it',
    );
  }

  closed(lost: number): void {
    if (lost > 0) this.#logger.error({ lost }, 'The database closed with writes that were not saved');
  }
}
