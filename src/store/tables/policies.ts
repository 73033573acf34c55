/** Each extension's own decisions: a row, and a row for each alternative of its lock, with an end or without. */
import type { Database } from 'better-sqlite3';
import type { Grant } from '../../domain/grant.ts';
import type { Alternative } from '../../domain/lock.ts';
import type { ExtensionPolicy } from '../../domain/policy.ts';
import { bound, type Columns } from './columns.ts';
import { OPTION_COLUMNS, type OptionsRow, optionColumns, optionsOf } from './options.ts';

interface PolicyRow extends OptionsRow {
  readonly extension: string;
}

const COLUMNS = ['extension', ...OPTION_COLUMNS] as const;

interface AlternativeRow {
  extension: string;
  kind: Alternative['kind'];
  match: 'exact' | 'prefix' | 'pattern' | null;
  value: string;
}

interface GrantRow extends AlternativeRow {
  until: number;
}

export class PoliciesTable {
  readonly #policies;
  readonly #alternatives;
  readonly #delete;
  readonly #insert;
  readonly #insertAlternative;
  readonly #grants;
  readonly #insertGrant;

  constructor(db: Database) {
    this.#policies = db.prepare<[], PolicyRow>('SELECT * FROM policies ORDER BY extension');
    this.#alternatives = db.prepare<[], AlternativeRow>(
      'SELECT extension, kind, match, value FROM lock_alternatives ORDER BY extension, position',
    );
    this.#delete = db.prepare<[string]>('DELETE FROM policies WHERE extension = ?');
    this.#insert = db.prepare<[Columns]>(
      `INSERT INTO policies (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((name) => `@${name}`).join(', ')})`,
    );
    this.#insertAlternative = db.prepare<[Columns]>(
      'INSERT INTO lock_alternatives VALUES (@extension, @position, @kind, @match, @value)',
    );
    this.#grants = db.prepare<[], GrantRow>(
      'SELECT extension, kind, match, value, until FROM grants ORDER BY extension, position',
    );
    this.#insertGrant = db.prepare<[Columns]>(
      'INSERT INTO grants VALUES (@extension, @position, @kind, @match, @value, @until)',
    );
  }

  readAll(): Map<string, ExtensionPolicy> {
    const alternatives = Map.groupBy(this.#alternatives.iterate(), (row) => row.extension);
    const grants = Map.groupBy(this.#grants.iterate(), (row) => row.extension);
    const policies = new Map<string, ExtensionPolicy>();
    for (const row of this.#policies.iterate()) {
      const own = alternatives.get(row.extension);
      const granted = grants.get(row.extension);
      policies.set(row.extension, {
        lock: own === undefined ? undefined : { alternatives: own.map(alternativeOf) },
        ...(granted === undefined ? {} : { grants: granted.map(grantOf) }),
        ...optionsOf(row),
      });
    }
    return policies;
  }

  /** Runs in the caller's transaction. */
  replace(extension: string, policy: ExtensionPolicy | undefined): void {
    this.#delete.run(extension);
    if (policy === undefined) return;
    if (policy.lock?.alternatives.length === 0) throw new TypeError('A lock needs an alternative');
    this.#insert.run(bound({ extension, ...optionColumns(policy) }));
    policy.lock?.alternatives.forEach((alternative, position) => {
      this.#insertAlternative.run(bound({ extension, position, ...alternativeColumns(alternative) }));
    });
    policy.grants?.forEach(({ alternative, until }, position) => {
      this.#insertGrant.run(bound({ extension, position, ...alternativeColumns(alternative), until }));
    });
  }
}

function alternativeColumns(alternative: Alternative): Columns {
  switch (alternative.kind) {
    case 'device':
      return { kind: 'device', match: null, value: alternative.userAgent };
    case 'model':
      return { kind: 'model', match: null, value: alternative.model };
    case 'custom':
      return { kind: 'custom', match: alternative.match, value: alternative.value };
  }
}

function grantOf({ until, ...row }: GrantRow): Grant {
  return { alternative: alternativeOf(row), until };
}

function alternativeOf({ kind, match, value }: AlternativeRow): Alternative {
  switch (kind) {
    case 'device':
      return { kind, userAgent: value };
    case 'model':
      return { kind, model: value };
    case 'custom':
      return { kind, match: match ?? 'exact', value };
  }
}
