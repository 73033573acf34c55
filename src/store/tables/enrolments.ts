/** One-time codes, as their hashes; those that are over go with the next change. */
import type { Database } from 'better-sqlite3';
import type { EnrolmentCode } from '../../domain/enrolment.ts';
import { bound, type Columns } from './columns.ts';

interface EnrolmentRow extends Omit<EnrolmentCode, 'by'> {
  readonly extension: string;
  readonly issued_by: string;
}

export class EnrolmentsTable {
  readonly #read;
  readonly #put;
  readonly #delete;
  readonly #deleteOver;

  constructor(db: Database) {
    this.#read = db.prepare<[], EnrolmentRow>('SELECT * FROM enrolments ORDER BY extension');
    this.#put = db.prepare<[Columns]>(
      'INSERT INTO enrolments VALUES (@extension, @salt, @hash, @issued, @expires, @by)',
    );
    this.#delete = db.prepare<[string]>('DELETE FROM enrolments WHERE extension = ?');
    this.#deleteOver = db.prepare<[number]>('DELETE FROM enrolments WHERE expires <= ?');
  }

  readAll(): Map<string, EnrolmentCode> {
    return new Map(
      this.#read.all().map(({ extension, issued_by: by, ...code }) => [extension, { ...code, by }]),
    );
  }

  /** Runs in the caller's transaction. */
  replace(extension: string, code: EnrolmentCode | undefined): void {
    this.#delete.run(extension);
    if (code === undefined) return;
    this.#deleteOver.run(code.issued);
    const { salt, hash, issued, expires, by } = code;
    this.#put.run(bound({ extension, salt, hash, issued, expires, by }));
  }
}
