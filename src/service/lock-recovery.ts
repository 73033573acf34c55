/**
 * After a new or replaced database: what operators decided is still in AstDB, and is read back from there, on disk before
 * it is in force. It tries until that has worked, and then never again.
 */
import { FAMILY } from '../astdb/entries.ts';
import { type Recovered, recoverFrom } from '../astdb/recovery.ts';
import type { Asterisk } from '../asterisk/port.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Logger } from '../log/logger.ts';
import { putInForce } from '../operator/in-force.ts';
import type { Library } from '../operator/library.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { Change, Snapshot, Store } from '../store/store.ts';
import { keepForeign } from './keep-foreign.ts';

export interface LockRecoveryOptions {
  readonly table: ExtensionTable;
  readonly library: Library;
  readonly asterisk: Pick<Asterisk, 'databaseTree'>;
  readonly store: Pick<Store, 'commit' | 'recovered'>;
  readonly origin: Snapshot['origin'];
  /** The database's path: what another program had in AstDB is kept beside it. */
  readonly database: string;
  readonly events: EventLog;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The locks are in force. */
  readonly onRecovered: () => Promise<void>;
}

const AGAIN_AFTER_MS = 2000;

export class LockRecovery {
  readonly #options: LockRecoveryOptions;
  #isUnderWay = false;
  #isStopped = false;
  #again: NodeJS.Timeout | undefined;

  constructor(options: LockRecoveryOptions) {
    this.#options = options;
  }

  /** Asterisk can be asked. Does nothing where the locks are known. Never rejects. */
  async start(): Promise<void> {
    const { table, logger } = this.#options;
    if (table.loaded || this.#isUnderWay || this.#isStopped) return;
    this.#isUnderWay = true;
    clearTimeout(this.#again);
    try {
      await this.#recover();
    } catch (error) {
      logger.error({ err: error }, 'the locks could not be read back from AstDB; trying again');
      if (!this.#isStopped) this.#again = setTimeout(() => void this.start(), AGAIN_AFTER_MS);
    } finally {
      this.#isUnderWay = false;
    }
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#again);
  }

  async #recover(): Promise<void> {
    const { table, asterisk, store, database, events, onRecovered } = this.#options;
    const tree = await asterisk.databaseTree(FAMILY);
    await keepForeign(tree, database, events);
    const recovered = recoverFrom(tree);
    const { policies, models, settings, unreadable } = recovered;
    const change = this.#changeOf(recovered);
    if (policies.size > 0 || models.length > 0 || settings !== undefined) await store.commit(change);
    await store.recovered();
    putInForce(change, this.#options);
    table.markLoaded();
    events.note('locks-recovered', { extensions: policies.size, models: models.length, unreadable });
    await onRecovered();
  }

  #changeOf({ policies, models, settings }: Recovered): Change {
    const { origin, now } = this.#options;
    const source = origin.kind === 'replaced' ? `AstDB, in place of ${origin.setAside}` : 'AstDB';
    const detail = `${policies.size} extensions and ${models.length} phone models from ${source}`;
    const audit = [{ at: now(), who: 'service', action: 'import', target: 'system', detail }];
    return { policies, models, audit, ...(settings === undefined ? {} : { settings }) };
  }
}
