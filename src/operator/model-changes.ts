/** What operators do to the phone library. Those whose lock depends on the model are judged anew; nobody else is. */
import type { ExtensionTable } from '../state/extension-table.ts';
import type { Change } from '../store/store.ts';
import type { Library, ModelChange } from './library.ts';
import { checkUnused, dependsOn } from './model-use.ts';
import type { Turn } from './turn.ts';

export interface ModelChangesOptions {
  readonly table: ExtensionTable;
  readonly library: Library;
}

/** Each within a turn; rejects with a {@link Fault}, and then nothing has changed. */
export class ModelChanges {
  readonly #table: ExtensionTable;
  readonly #library: Library;

  constructor({ table, library }: ModelChangesOptions) {
    this.#table = table;
    this.#library = library;
  }

  async add(turn: Turn, definition: unknown, who: string): Promise<void> {
    await this.#put(turn, this.#library.adding(definition), 'model-add', who);
  }

  async edit(turn: Turn, id: string, definition: unknown, who: string): Promise<void> {
    await this.#put(turn, this.#library.editing(id, definition), 'model-edit', who);
  }

  /** Refused while a lock or the fallback depends on the model; the fault names them. */
  async remove(turn: Turn, id: string, who: string): Promise<void> {
    this.#library.require(id);
    checkUnused(this.#table, id);
    await this.#put(turn, this.#library.removing(id), 'model-remove', who);
  }

  /** A shipped model that was edited or removed is as it was shipped again. */
  async restore(turn: Turn, id: string, who: string): Promise<void> {
    this.#library.checkRestorable(id);
    const audit = [turn.audit(who, 'model-restore', id, 'as shipped')];
    await this.#commit(turn, { forgetModels: [id], audit }, id);
  }

  #put(
    turn: Turn,
    { id, stored }: ModelChange,
    action: 'model-add' | 'model-edit' | 'model-remove',
    who: string,
  ): Promise<void> {
    const audit = [turn.audit(who, action, id, stored.model?.pattern ?? 'removed')];
    return this.#commit(turn, { models: [stored], audit }, id);
  }

  #commit(turn: Turn, change: Change, id: string): Promise<void> {
    const table = this.#table;
    return turn.commit(change, () =>
      [...table.extensions()].filter((extension) => dependsOn(table, extension, id)),
    );
  }
}
