/** Calls worth remembering. One linkedid of one extension is one row, and the latest word on it stands. */
import type { Database } from 'better-sqlite3';
import type { CallOutcome, CallRecord } from '../../domain/call-record.ts';
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

interface CallRow extends AddressColumns {
  linked_id: string;
  extension: string;
  dialled: string;
  user_agent_kind: UserAgentColumns['user_agent_kind'] | null;
  user_agent: string | null;
  reason: string;
  outcome: CallOutcome;
  violation: number | null;
  at: number;
}

const NEWEST = 'ORDER BY at DESC, id DESC LIMIT @limit';

export class CallsTable {
  readonly #all;
  readonly #ofExtension;
  readonly #put;

  constructor(db: Database) {
    this.#all = db.prepare<[Columns], CallRow>(`SELECT * FROM calls ${NEWEST}`);
    this.#ofExtension = db.prepare<[Columns], CallRow>(
      `SELECT * FROM calls WHERE extension = @extension ${NEWEST}`,
    );
    this.#put = db.prepare<[Columns]>(
      `INSERT INTO calls (
         linked_id, extension, dialled, user_agent_kind, user_agent, transport, ip, port, reason, outcome, violation, at)
       VALUES (
         @linked_id, @extension, @dialled, @user_agent_kind, @user_agent, @transport, @ip, @port, @reason, @outcome,
         @violation, @at)
       ON CONFLICT (linked_id, extension) DO UPDATE SET
         dialled = excluded.dialled, user_agent_kind = excluded.user_agent_kind, user_agent = excluded.user_agent,
         transport = excluded.transport, ip = excluded.ip, port = excluded.port, reason = excluded.reason,
         outcome = excluded.outcome, violation = excluded.violation, at = excluded.at`,
    );
  }

  /** Newest first. */
  read({ extension, limit }: { readonly extension?: string; readonly limit: number }): CallRecord[] {
    const rows =
      extension === undefined ? this.#all.all({ limit }) : this.#ofExtension.all({ extension, limit });
    return rows.map(callOf);
  }

  put(call: CallRecord): void {
    this.#put.run(
      bound({
        linked_id: call.linkedId,
        extension: call.extension,
        dialled: call.dialled,
        ...(call.userAgent === undefined
          ? { user_agent_kind: null, user_agent: null }
          : userAgentColumns(call.userAgent)),
        ...addressColumns(call.address),
        reason: call.reason,
        outcome: call.outcome,
        violation: call.violation ?? null,
        at: call.at,
      }),
    );
  }
}

function callOf(row: CallRow): CallRecord {
  const { user_agent_kind, user_agent } = row;
  return {
    linkedId: row.linked_id,
    extension: row.extension,
    dialled: row.dialled,
    userAgent:
      user_agent_kind === null || user_agent === null
        ? undefined
        : userAgentOf({ user_agent_kind, user_agent }),
    address: addressOf(row),
    reason: row.reason,
    outcome: row.outcome,
    violation: row.violation ?? undefined,
    at: row.at,
  };
}
