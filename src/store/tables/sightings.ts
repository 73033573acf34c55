/** What was seen of each extension, counted. One key is one row; the rest of the row is of the latest sighting. */
import type { Database } from 'better-sqlite3';
import type { SourceAddress } from '../../domain/address.ts';
import type { Sighting } from '../../domain/sighting.ts';
import type { NamedPage } from '../store.ts';
import {
  addressColumns,
  addressOf,
  bound,
  type Columns,
  flagColumn,
  flagOf,
  type UserAgentColumns,
  userAgentColumns,
  userAgentOf,
} from './columns.ts';

interface SightingRow extends UserAgentColumns {
  extension: string;
  ip: string;
  seen_by: Sighting['by'];
  transport: SourceAddress['transport'] | null;
  port: number | null;
  matched: number | null;
  first_seen: number;
  last_seen: number;
  count: number;
}

export class SightingsTable {
  readonly #read;
  readonly #last;
  readonly #add;

  constructor(db: Database) {
    this.#read = db.prepare<[Columns], SightingRow>(
      'SELECT * FROM sightings WHERE extension = @extension ORDER BY last_seen DESC, id DESC LIMIT @limit',
    );
    // The inner query reads one index alone: a row's number is part of every index.
    this.#last = db.prepare<[Columns], SightingRow>(
      `SELECT s.* FROM (
         SELECT id, max(last_seen) FROM sightings WHERE extension > @after
         GROUP BY extension ORDER BY extension LIMIT @limit) latest
       JOIN sightings s ON s.id = latest.id ORDER BY s.extension`,
    );
    this.#add = db.prepare<[Columns]>(
      `INSERT INTO sightings (
         extension, user_agent_kind, user_agent, ip, seen_by, transport, port, matched, first_seen, last_seen, count)
       VALUES (
         @extension, @user_agent_kind, @user_agent, @ip, @seen_by, @transport, @port, @matched, @first_seen,
         @last_seen, @count)
       ON CONFLICT (extension, user_agent_kind, user_agent, ip, seen_by) DO UPDATE SET
         transport = iif(excluded.last_seen >= last_seen, excluded.transport, transport),
         port = iif(excluded.last_seen >= last_seen, excluded.port, port),
         matched = iif(excluded.last_seen >= last_seen, excluded.matched, matched),
         first_seen = min(first_seen, excluded.first_seen),
         last_seen = max(last_seen, excluded.last_seen),
         count = count + excluded.count`,
    );
  }

  /** Newest first, by when each was last seen. */
  read(filter: { readonly extension: string; readonly limit: number }): Sighting[] {
    return this.#read.all({ extension: filter.extension, limit: filter.limit }).map(sightingOf);
  }

  /** The latest of each extension, by the extensions' names. */
  readLast({ after, limit }: NamedPage): Sighting[] {
    return this.#last.all({ after, limit }).map(sightingOf);
  }

  add(sighting: Sighting): void {
    this.#add.run(
      bound({
        extension: sighting.extension,
        ...userAgentColumns(sighting.userAgent),
        ...addressColumns(sighting.address),
        ip: sighting.address?.ip ?? '',
        seen_by: sighting.by,
        matched: flagColumn(sighting.matched),
        first_seen: sighting.firstSeen,
        last_seen: sighting.lastSeen,
        count: sighting.count,
      }),
    );
  }
}

function sightingOf(row: SightingRow): Sighting {
  return {
    extension: row.extension,
    userAgent: userAgentOf(row),
    address: addressOf(row),
    by: row.seen_by,
    matched: flagOf(row.matched),
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    count: row.count,
  };
}
