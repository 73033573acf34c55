/** The contacts that were live at the last write, kept so that what their sources proved outlives a restart. */
import type { Database } from 'better-sqlite3';
import type { Contact, Proof } from '../../domain/contact.ts';
import type { NamedPage } from '../store.ts';
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

interface ContactRow extends UserAgentColumns, AddressColumns {
  id: string;
  extension: string;
  uri: string;
  call_id: string;
  expires: number;
  proof: Proof | null;
}

export class ContactsTable {
  readonly #read;
  readonly #readKept;
  readonly #since;
  readonly #put;
  readonly #keep;
  readonly #delete;

  constructor(db: Database) {
    this.#read = db.prepare<[], ContactRow>('SELECT * FROM contacts ORDER BY id');
    this.#since = db
      .prepare<[Columns], [string, number]>(
        `SELECT c.id, s.first_seen FROM contacts c JOIN sightings s
           ON s.extension = c.extension AND s.user_agent_kind = c.user_agent_kind AND s.user_agent = c.user_agent
           AND s.ip = coalesce(c.ip, '') AND s.seen_by = 'REGISTER'
         WHERE c.id > @after ORDER BY c.id LIMIT @limit`,
      )
      .raw();
    this.#put = db.prepare<[Columns]>(
      `INSERT OR REPLACE INTO contacts
         (id, extension, uri, user_agent_kind, user_agent, call_id, expires, transport, ip, port, proof)
       VALUES (@id, @extension, @uri, @user_agent_kind, @user_agent, @call_id, @expires, @transport, @ip, @port, @proof)`,
    );
    this.#readKept = db
      .prepare<[], [string, string]>('SELECT id, stored FROM contacts WHERE stored IS NOT NULL')
      .raw();
    this.#keep = db.prepare<[string, string]>('UPDATE contacts SET stored = ? WHERE id = ?');
    this.#delete = db.prepare<[string]>('DELETE FROM contacts WHERE id = ?');
  }

  readAll(): Contact[] {
    return this.#read.all().map(contactOf);
  }

  /** Since when each one's device registers from its IP, by contact id; without one where no such sighting is left. */
  readSince({ after, limit }: NamedPage): [id: string, since: number][] {
    return this.#since.all({ after, limit });
  }

  put(contact: Contact): void {
    this.#put.run(
      bound({
        id: contact.id,
        extension: contact.extension,
        uri: contact.uri,
        ...userAgentColumns(contact.userAgent),
        call_id: contact.callId,
        expires: contact.expires,
        ...addressColumns(contact.source?.address),
        proof: contact.source?.proof ?? null,
      }),
    );
  }

  /** What Asterisk itself had stored of them. */
  readKept(): Map<string, string> {
    return new Map(this.#readKept.all());
  }

  keep(id: string, stored: string): void {
    this.#keep.run(bound({ stored }).stored, id);
  }

  delete(id: string): void {
    this.#delete.run(id);
  }
}

function contactOf(row: ContactRow): Contact {
  const address = addressOf(row);
  return {
    id: row.id,
    extension: row.extension,
    uri: row.uri,
    userAgent: userAgentOf(row),
    callId: row.call_id,
    expires: row.expires,
    source: address === undefined || row.proof === null ? undefined : { address, proof: row.proof },
  };
}
