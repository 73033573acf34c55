/** Alerts on their way out, and what became of them. One alert of one channel is one row, as it was put last. */
import type { Database } from 'better-sqlite3';
import type { Alert, ChannelName, Delivery } from '../../domain/alert.ts';
import { bound, type Columns } from './columns.ts';

interface DeliveryRow {
  channel: ChannelName;
  body: string;
  state: Delivery['state'];
  attempts: number;
  error: string | null;
  settled_at: number | null;
}

/** The most that is read back at the start: more than any queue holds. */
const MAX_QUEUED = 50_000;

export class DeliveriesTable {
  readonly #queued;
  readonly #newest;
  readonly #lastSent;
  readonly #put;

  constructor(db: Database) {
    this.#queued = db.prepare<[number], DeliveryRow>(
      'SELECT * FROM deliveries WHERE settled_at IS NULL ORDER BY at, rowid LIMIT ?',
    );
    this.#newest = db.prepare<[Columns], DeliveryRow>(
      'SELECT * FROM deliveries ORDER BY at DESC, rowid DESC LIMIT @limit',
    );
    this.#lastSent = db.prepare<[], { channel: ChannelName; at: number }>(
      `SELECT channel, max(settled_at) AS at FROM deliveries WHERE state = 'sent' GROUP BY channel`,
    );
    this.#put = db.prepare<[Columns]>(
      `INSERT INTO deliveries (alert, channel, at, body, state, attempts, error, settled_at)
       VALUES (@alert, @channel, @at, @body, @state, @attempts, @error, @settled_at)
       ON CONFLICT (alert, channel) DO UPDATE SET
         state = excluded.state, attempts = excluded.attempts, error = excluded.error,
         settled_at = excluded.settled_at`,
    );
  }

  /** Oldest first. */
  readQueued(): Delivery[] {
    return this.#queued.all(MAX_QUEUED).map(deliveryOf);
  }

  /** When each channel last took an alert; milliseconds since the epoch. */
  readLastSent(): Map<ChannelName, number> {
    return new Map(this.#lastSent.all().map(({ channel, at }) => [channel, at]));
  }

  /** Newest first. */
  read({ limit }: { readonly limit: number }): Delivery[] {
    return this.#newest.all({ limit }).map(deliveryOf);
  }

  put({ alert, channel, state, attempts, error, settledAt }: Delivery): void {
    this.#put.run(
      bound({
        ...{ alert: alert.id, channel, at: alert.at, body: JSON.stringify(alert), state, attempts },
        error: error ?? null,
        settled_at: settledAt ?? null,
      }),
    );
  }
}

function deliveryOf({ channel, body, state, attempts, error, settled_at }: DeliveryRow): Delivery {
  return {
    alert: JSON.parse(body) as Alert,
    ...{ channel, state, attempts },
    error: error ?? undefined,
    settledAt: settled_at ?? undefined,
  };
}
