/** Phone models that an operator added, edited or hid, each with its samples. The shipped library is not here. */
import type { Database } from 'better-sqlite3';
import type { PhoneModel } from '../../domain/phone-model.ts';
import type { StoredModel } from '../store.ts';
import { bound, type Columns } from './columns.ts';

interface ModelRow {
  id: string;
  hidden: number;
  vendor: string | null;
  model: string | null;
  kind: PhoneModel['kind'] | null;
  pattern: string | null;
}

interface SampleRow {
  model: string;
  expected: 'match' | 'reject';
  user_agent: string;
}

export class ModelsTable {
  readonly #models;
  readonly #samples;
  readonly #delete;
  readonly #insert;
  readonly #insertSample;

  constructor(db: Database) {
    this.#models = db.prepare<[], ModelRow>('SELECT * FROM phone_models ORDER BY id');
    this.#samples = db.prepare<[], SampleRow>(
      'SELECT model, expected, user_agent FROM phone_model_samples ORDER BY model, expected, position',
    );
    this.#delete = db.prepare<[string]>('DELETE FROM phone_models WHERE id = ?');
    this.#insert = db.prepare<[Columns]>(
      'INSERT INTO phone_models VALUES (@id, @hidden, @vendor, @model, @kind, @pattern)',
    );
    this.#insertSample = db.prepare<[Columns]>(
      'INSERT INTO phone_model_samples VALUES (@model, @expected, @position, @user_agent)',
    );
  }

  readAll(): StoredModel[] {
    const samples = Map.groupBy(this.#samples.iterate(), (row) => row.model);
    return this.#models.all().map((row) => ({ id: row.id, model: modelOf(row, samples.get(row.id) ?? []) }));
  }

  /** Runs in the caller's transaction. */
  replace({ id, model }: StoredModel): void {
    if (model !== undefined && model.id !== id)
      throw new TypeError('A phone model is stored under its own id');
    this.#delete.run(id);
    this.#insert.run(
      bound({
        id,
        hidden: model === undefined ? 1 : 0,
        vendor: model?.vendor ?? null,
        model: model?.model ?? null,
        kind: model?.kind ?? null,
        pattern: model?.pattern ?? null,
      }),
    );
    if (model === undefined) return;
    this.#writeSamples(id, 'match', model.matches);
    this.#writeSamples(id, 'reject', model.rejects);
  }

  forget(id: string): void {
    this.#delete.run(id);
  }

  #writeSamples(model: string, expected: SampleRow['expected'], userAgents: readonly string[]): void {
    userAgents.forEach((user_agent, position) => {
      this.#insertSample.run(bound({ model, expected, position, user_agent }));
    });
  }
}

function modelOf(row: ModelRow, samples: readonly SampleRow[]): PhoneModel | undefined {
  const { id, vendor, model, kind, pattern } = row;
  if (vendor === null || model === null || kind === null || pattern === null) return undefined;
  const expecting = (expected: SampleRow['expected']) =>
    samples.filter((sample) => sample.expected === expected).map((sample) => sample.user_agent);
  return { id, vendor, model, kind, pattern, matches: expecting('match'), rejects: expecting('reject') };
}
