/** The phone library as operators see it: the shipped models, with what operators added, edited or removed on top. */
import { Fault } from '../domain/fault.ts';
import type { PatternCompiler } from '../domain/matcher.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import { checkModel } from '../phone-library/library.ts';
import { PhoneLibraryError, readModels, showModelFault } from '../phone-library/read-models.ts';
import type { StoredModel } from '../store/store.ts';

/** A change that was checked but not made yet. */
export interface ModelChange {
  readonly id: string;
  readonly stored: StoredModel;
}

export class Library {
  readonly #shipped: ReadonlyMap<string, PhoneModel>;
  readonly #stored = new Map<string, StoredModel>();

  readonly #compile: PatternCompiler | undefined;

  /** @param compile for whoever keeps what was compiled: checking a model takes the patterns of all others */
  constructor(shipped: readonly PhoneModel[], stored: readonly StoredModel[], compile?: PatternCompiler) {
    this.#compile = compile;
    this.#shipped = new Map(shipped.map((model) => [model.id, model]));
    for (const one of stored) this.#stored.set(one.id, one);
  }

  /** By id: the operator's where there is one, else the shipped. */
  models(): PhoneModel[] {
    return [...this.#with().values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  stored(): readonly StoredModel[] {
    return [...this.#stored.values()];
  }

  isShipped(id: string): boolean {
    return this.#shipped.has(id) && !this.#stored.has(id);
  }

  /** The model, or a {@link Fault} that names those with a similar id. */
  require(id: string): PhoneModel {
    const model = this.#with().get(id);
    if (model !== undefined) return model;
    const stem = id.split('-')[0] ?? id;
    const near = this.models().filter((one) => one.id.startsWith(stem));
    const hint =
      near.length > 0
        ? `Did you mean: ${near
            .slice(0, 8)
            .map((one) => one.id)
            .join(', ')}?`
        : 'List them with: device-lock models list';
    throw new Fault('no-such-model', `There is no phone model ${JSON.stringify(id.slice(0, 60))}.`, hint);
  }

  adding(definition: unknown): ModelChange {
    const model = this.#checked(definition);
    if (this.#with().has(model.id)) {
      throw new Fault(
        'model-exists',
        `There is a phone model ${model.id} already.`,
        'Edit it, or choose another id.',
      );
    }
    return { id: model.id, stored: { id: model.id, model } };
  }

  editing(id: string, definition: unknown): ModelChange {
    const was = this.require(id);
    const asked = typeof definition === 'object' && definition !== null ? definition : {};
    const model = this.#checked({ ...was, ...asked, id });
    return { id, stored: { id, model } };
  }

  removing(id: string): ModelChange {
    return { id, stored: { id, model: undefined } };
  }

  /** @throws Fault where there is no operator's word on a shipped model to take back */
  checkRestorable(id: string): void {
    if (!this.#stored.has(id)) {
      this.require(id);
      throw new Fault('malformed', `Phone model ${id} is as it was shipped.`, 'Nothing was changed.');
    }
    if (!this.#shipped.has(id)) {
      throw new Fault(
        'malformed',
        `Phone model ${id} is not a shipped one.`,
        `To take it away: device-lock models remove ${id}`,
      );
    }
  }

  restored(id: string): void {
    this.#stored.delete(id);
  }

  /** Shipped models that an operator removed. */
  removed(): PhoneModel[] {
    return [...this.#shipped.values()].filter(
      ({ id }) => this.#stored.get(id)?.model === undefined && this.#stored.has(id),
    );
  }

  apply(stored: StoredModel): void {
    if (stored.model === undefined && !this.#shipped.has(stored.id)) this.#stored.delete(stored.id);
    else this.#stored.set(stored.id, stored);
  }

  #with(): Map<string, PhoneModel> {
    const models = new Map(this.#shipped);
    for (const { id, model } of this.#stored.values()) {
      if (model === undefined) models.delete(id);
      else models.set(id, model);
    }
    return models;
  }

  #checked(definition: unknown): PhoneModel {
    const model = read(definition);
    const others = this.models().filter(({ id }) => id !== model.id);
    const faults = checkModel(model, others, this.#compile);
    if (faults.length === 0) return model;
    throw new Fault('invalid-model', faults.map(showModelFault).join(' '), 'Nothing was changed.');
  }
}

function read(definition: unknown): PhoneModel {
  try {
    const [model] = readModels(JSON.stringify([definition]), 'the phone model');
    if (model !== undefined) return model;
  } catch (error) {
    if (!(error instanceof PhoneLibraryError)) throw error;
    throw new Fault('invalid-model', error.faults.join('; '), 'Nothing was changed.', { cause: error });
  }
  throw new Fault('invalid-model', 'There is no phone model.', 'Nothing was changed.');
}
