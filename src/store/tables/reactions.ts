/** What was done by itself. One kind of one violation is one row, counted; the rest of the row is of the latest. */
import type { Database } from 'better-sqlite3';
import type { Reaction, ReactionKind } from '../../domain/reaction.ts';
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

interface ReactionRow extends UserAgentColumns, AddressColumns {
  extension: string;
  violation: number;
  kind: ReactionKind;
  first_at: number;
  last_at: number;
  count: number;
}

const BY_TIME = 'ORDER BY last_at DESC, id DESC';
const NEWEST = `${BY_TIME} LIMIT @limit`;

export class ReactionsTable {
  readonly #all;
  readonly #ofExtension;
  readonly #ofViolations;
  readonly #add;

  constructor(db: Database) {
    this.#all = db.prepare<[Columns], ReactionRow>(`SELECT * FROM reactions ${NEWEST}`);
    this.#ofExtension = db.prepare<[Columns], ReactionRow>(
      `SELECT * FROM reactions WHERE extension = @extension ${NEWEST}`,
    );
    this.#ofViolations = db.prepare<[Columns], ReactionRow>(
      `SELECT * FROM reactions WHERE violation IN (SELECT value FROM json_each(@violations)) ${BY_TIME}`,
    );
    this.#add = db.prepare<[Columns]>(
      `INSERT INTO reactions (
         extension, violation, kind, user_agent_kind, user_agent, transport, ip, port, first_at, last_at, count)
       VALUES (
         @extension, @violation, @kind, @user_agent_kind, @user_agent, @transport, @ip, @port, @first_at, @last_at, @count)
       ON CONFLICT (violation, kind) DO UPDATE SET
         user_agent_kind = excluded.user_agent_kind, user_agent = excluded.user_agent,
         transport = excluded.transport, ip = excluded.ip, port = excluded.port,
         last_at = max(last_at, excluded.last_at), count = count + excluded.count`,
    );
  }

  /** Newest first, by when each was last done. */
  read({ extension, limit }: { readonly extension?: string; readonly limit: number }): Reaction[] {
    const rows =
      extension === undefined ? this.#all.all({ limit }) : this.#ofExtension.all({ extension, limit });
    return rows.map(reactionOf);
  }

  /** Of these violations, newest first. */
  readOf(violations: readonly number[]): Reaction[] {
    return this.#ofViolations.all({ violations: JSON.stringify(violations) }).map(reactionOf);
  }

  add(reaction: Reaction): void {
    this.#add.run(
      bound({
        extension: reaction.extension,
        violation: reaction.violation,
        kind: reaction.kind,
        ...userAgentColumns(reaction.userAgent),
        ...addressColumns(reaction.address),
        first_at: reaction.firstAt,
        last_at: reaction.lastAt,
        count: reaction.count,
      }),
    );
  }
}

function reactionOf(row: ReactionRow): Reaction {
  return {
    extension: row.extension,
    violation: row.violation,
    kind: row.kind,
    userAgent: userAgentOf(row),
    address: addressOf(row),
    firstAt: row.first_at,
    lastAt: row.last_at,
    count: row.count,
  };
}
