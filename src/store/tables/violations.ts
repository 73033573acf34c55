/** Violations, open and ended. Open ones are never pruned: the domain bounds how many there are. */
import type { Database } from 'better-sqlite3';
import type { Mode } from '../../domain/lock.ts';
import type { DenyReason } from '../../domain/verdict.ts';
import type { SeenBy, Violation, ViolationEnd } from '../../domain/violation.ts';
import type { PackedDays } from '../messages.ts';
import type { ViolationFilter } from '../store.ts';
import {
  type AddressColumns,
  addressColumns,
  addressOf,
  bound,
  type Columns,
  type UserAgentColumns,
  userAgentColumns,
  userAgentOf,
} from './columns.ts';

interface ViolationRow extends UserAgentColumns, AddressColumns {
  id: number;
  extension: string;
  reason: DenyReason;
  seen_by: string;
  mode: Mode;
  first_seen: number;
  last_seen: number;
  registers: number;
  calls: number;
  dialled: string | null;
  ended_at: number | null;
  ended_how: ViolationEnd | null;
}

const ORDERS = {
  seen: {
    by: 'last_seen DESC, id DESC',
    after: '(last_seen, id) < (SELECT last_seen, id FROM violations WHERE id = @before)',
  },
  opened: { by: 'id DESC', after: 'id < @before' },
} as const;

export class ViolationsTable {
  readonly #db;
  readonly #open;
  readonly #cleared;
  readonly #put;

  constructor(db: Database) {
    this.#db = db;
    this.#open = db.prepare<[], ViolationRow>('SELECT * FROM violations WHERE ended_at IS NULL ORDER BY id');
    this.#cleared = db.prepare<[], ViolationRow>(
      `SELECT * FROM violations v WHERE ended_how = 'cleared' AND EXISTS (
         SELECT 1 FROM contacts c WHERE c.extension = v.extension AND c.ip IS v.ip
           AND c.user_agent_kind = v.user_agent_kind AND c.user_agent = v.user_agent)`,
    );
    this.#put = db.prepare<[Columns]>(
      `INSERT OR REPLACE INTO violations VALUES (
         @id, @extension, @user_agent_kind, @user_agent, @transport, @ip, @port, @reason, @seen_by, @mode,
         @first_seen, @last_seen, @registers, @calls, @dialled, @ended_at, @ended_how)`,
    );
  }

  readOpen(): Violation[] {
    return this.#open.all().map(violationOf);
  }

  /** Those that an operator ended while a contact of that device and IP is still remembered. */
  readCleared(): Violation[] {
    return this.#cleared.all().map(violationOf);
  }

  /** Newest first. */
  read({ extension, open, since, until, before, order = 'seen', limit }: ViolationFilter): Violation[] {
    const { by, after } = ORDERS[order];
    const conditions = ['TRUE'];
    if (extension !== undefined) conditions.push('extension = @extension');
    if (open !== undefined) conditions.push(open ? 'ended_at IS NULL' : 'ended_at IS NOT NULL');
    if (since !== undefined) conditions.push('last_seen >= @since');
    if (until !== undefined) conditions.push('first_seen <= @until');
    if (before !== undefined) conditions.push(after);
    const asked = { extension: extension ?? null, since: since ?? null, until: until ?? null };
    return this.#db
      .prepare<[Columns], ViolationRow>(
        `SELECT * FROM violations WHERE ${conditions.join(' AND ')} ORDER BY ${by} LIMIT @limit`,
      )
      .all({ ...asked, before: before ?? null, limit })
      .map(violationOf);
  }

  /** @param days where each day begins, oldest first; a violation counts on each day from its first to its last sighting */
  readDays(days: readonly number[]): PackedDays {
    const columns = days.map((_, day) => {
      const ends = day + 1 < days.length ? ` AND first_seen < @day${day + 1}` : '';
      return `sum(last_seen >= @day${day}${ends})`;
    });
    const rows = this.#db
      .prepare<[Columns], [string, ...number[]]>(
        `SELECT extension, ${columns.join(', ')} FROM violations WHERE last_seen >= @day0 GROUP BY extension`,
      )
      .raw()
      .all(Object.fromEntries(days.map((begin, day) => [`day${day}`, begin])));
    return {
      extensions: rows.map(([extension]) => extension).join('\n'),
      counts: Uint32Array.from(rows.flatMap(([, ...counts]) => counts)),
    };
  }

  put(violation: Violation): void {
    this.#put.run(
      bound({
        id: violation.id,
        extension: violation.extension,
        ...userAgentColumns(violation.userAgent),
        ...addressColumns(violation.address),
        reason: violation.reason,
        seen_by: violation.by.join(','),
        mode: violation.mode,
        first_seen: violation.firstSeen,
        last_seen: violation.lastSeen,
        registers: violation.registers,
        calls: violation.calls,
        dialled: violation.dialled ?? null,
        ended_at: violation.ended?.at ?? null,
        ended_how: violation.ended?.how ?? null,
      }),
    );
  }
}

function violationOf(row: ViolationRow): Violation {
  const { ended_at: at, ended_how: how } = row;
  return {
    id: row.id,
    extension: row.extension,
    userAgent: userAgentOf(row),
    address: addressOf(row),
    reason: row.reason,
    by: row.seen_by === '' ? [] : (row.seen_by.split(',') as SeenBy[]),
    mode: row.mode,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    registers: row.registers,
    calls: row.calls,
    dialled: row.dialled ?? undefined,
    ended: at === null || how === null ? undefined : { at, how },
  };
}
