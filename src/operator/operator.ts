/**
 * What operators decide: locks, modes, the fallback, the phone library. One change at a time: each sees what the one
 * before it did, and all of it is in force or none.
 */
import type { EnrolmentCode } from '../domain/enrolment.ts';
import { Fault } from '../domain/fault.ts';
import { type ExtensionPolicy, isEmptyPolicy, NO_POLICY, type Settings } from '../domain/policy.ts';
import type { StoredModel } from '../store/store.ts';
import { changeMany } from './bulk.ts';
import { checkExtensionName, checkNetworks } from './checks.ts';
import { Clearing, type ClearingOptions } from './clearing.ts';
import { ModelChanges } from './model-changes.ts';
import type { BulkRequest, PolicyRequest } from './new-policy.ts';
import type { BulkReport } from './report.ts';
import { Turn, type TurnOptions } from './turn.ts';

export type { BulkRequest, PolicyRequest } from './new-policy.ts';

export type OperatorOptions = TurnOptions & ClearingOptions;

/** A change of many things at once. */
export interface Decisions {
  /** undefined: they stay. */
  readonly settings: Settings | undefined;
  readonly policies: ReadonlyMap<string, ExtensionPolicy>;
  readonly models: readonly StoredModel[];
}

export class Operator {
  readonly #options: OperatorOptions;
  readonly #turn: Turn;
  readonly #clearing: Clearing;
  readonly #models: ModelChanges;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: OperatorOptions) {
    this.#options = options;
    this.#turn = new Turn(options);
    this.#clearing = new Clearing(options);
    this.#models = new ModelChanges(options);
  }

  /** One-time codes as they are on disk, by extension; some may be over. */
  get codes(): ReadonlyMap<string, EnrolmentCode> {
    return this.#turn.codes;
  }

  /** One change after the other, also those that are decided elsewhere. */
  inTurn<T>(decide: (turn: Turn) => Promise<T>): Promise<T> {
    const decided = this.#queue.then(() => decide(this.#turn));
    this.#queue = decided.catch(() => undefined);
    return decided;
  }

  /** Sets the lock, the mode, or both. Rejects with a {@link Fault}; then nothing has changed. */
  lock(extension: string, request: PolicyRequest, who: string): Promise<ExtensionPolicy> {
    return this.inTurn(async (turn) => {
      turn.checkExtension(extension);
      const policy = turn.newPolicy(extension, request);
      await turn.setPolicies(new Map([[extension, policy]]), 'lock', who);
      return policy;
    });
  }

  /**
   * The service itself changes a policy, by a rule an operator switched on.
   * @param change sees what is in force when its turn has come; undefined leaves it as it is
   * @returns whether anything was changed; rejects with a {@link Fault}, and then nothing was
   */
  amend(
    extension: string,
    action: string,
    who: string,
    change: (was: ExtensionPolicy) => ExtensionPolicy | undefined,
  ): Promise<boolean> {
    return this.inTurn(async (turn) => {
      turn.checkExtension(extension);
      const policy = change(this.#options.table.policy(extension));
      if (policy === undefined) return false;
      for (const alternative of policy.lock?.alternatives ?? []) turn.checkAlternative(alternative);
      await turn.setPolicies(new Map([[extension, policy]]), action, who);
      return true;
    });
  }

  /**
   * The same for many: what cannot be for one of them is told, and the others have it. Rejects with a {@link Fault} where
   * it cannot be for any; then nothing has changed.
   */
  bulk(extensions: Iterable<string>, request: BulkRequest, who: string): Promise<BulkReport> {
    return this.inTurn((turn) => changeMany(turn, this.#clearing, extensions, request, who));
  }

  /** Removes the extension's own lock; the fallback, where there is one, is in force again. */
  unlock(extension: string, who: string): Promise<void> {
    return this.inTurn(async (turn) => {
      turn.checkExtension(extension);
      const was = this.#options.table.policy(extension);
      const policy = { ...was, lock: undefined };
      const isEmpty = isEmptyPolicy(policy);
      await turn.setPolicies(new Map([[extension, isEmpty ? undefined : policy]]), 'unlock', who);
    });
  }

  /** The extension is gone from the PBX: its decisions go too, and what was open of it is cleared. */
  forget(extension: string, who: string): Promise<void> {
    return this.inTurn(async (turn) => {
      turn.checkKnown(extension);
      const enrolments = new Map([[extension, undefined]]);
      await turn.setPolicies(new Map([[extension, undefined]]), 'forget', who, { enrolments });
      await this.#clearing.clear(extension);
    });
  }

  /** The extension has another number now, and takes its decisions along. Refused where the new one has its own. */
  rename(extension: string, to: string, who: string): Promise<void> {
    return this.inTurn(async (turn) => {
      const { table } = this.#options;
      checkExtensionName(to);
      turn.checkKnown(extension);
      if (to === extension)
        throw new Fault('malformed', `${to} is its number already.`, 'Nothing was changed.');
      if (table.policy(to) !== NO_POLICY) {
        const hint = `Take that away first: device-lock unlock ${to}`;
        throw new Fault('malformed', `Extension ${to} has a lock or a mode of its own.`, hint);
      }
      const policy = table.policy(extension);
      const moved = new Map([
        [extension, undefined],
        ...(policy === NO_POLICY ? [] : [[to, policy] as const]),
      ]);
      // A code is of one number alone.
      const enrolments = new Map([[extension, undefined]]);
      await turn.setPolicies(moved, 'rename', who, { enrolments });
    });
  }

  /**
   * Many decisions in one change: all of them, or none.
   * @param decide says what is to change, when its turn has come; it has checked it against what is in force then
   */
  importAll(decide: () => Decisions, who: string): Promise<void> {
    return this.inTurn(async (turn) => {
      const { settings, policies, models } = decide();
      const audit = [
        ...models.map(({ id, model }) => turn.audit(who, 'import', id, model?.pattern ?? 'removed')),
        ...turn.auditPolicies(policies, 'import', who),
        ...(settings === undefined ? [] : [turn.auditSettings(settings, 'import', who)]),
      ];
      const change = { policies, models, audit, ...(settings === undefined ? {} : { settings }) };
      await turn.commit(change, () => this.#all());
    });
  }

  /** Ends the open violations of an extension; returns how many, once that is on disk. */
  clear(extension: string, who: string): Promise<number> {
    return this.inTurn(async (turn) => {
      turn.checkExtension(extension);
      await turn.commit({ audit: [turn.audit(who, 'clear', extension, 'open violations')] });
      return this.#clearing.clear(extension);
    });
  }

  setSettings(request: Partial<Settings>, who: string): Promise<Settings> {
    return this.inTurn(async (turn) => {
      const settings = { ...this.#options.table.settings, ...request };
      if (settings.fallback !== undefined) this.#options.library.require(settings.fallback);
      checkNetworks(settings.networks);
      const audit = [turn.auditSettings(settings, 'settings', who)];
      await turn.commit({ settings, audit }, () => this.#all());
      return settings;
    });
  }

  addModel(definition: unknown, who: string): Promise<void> {
    return this.inTurn((turn) => this.#models.add(turn, definition, who));
  }

  editModel(id: string, definition: unknown, who: string): Promise<void> {
    return this.inTurn((turn) => this.#models.edit(turn, id, definition, who));
  }

  /** Refused while a lock or the fallback depends on the model; the fault names them. */
  removeModel(id: string, who: string): Promise<void> {
    return this.inTurn((turn) => this.#models.remove(turn, id, who));
  }

  /** A shipped model that was edited or removed is as it was shipped again. */
  restoreModel(id: string, who: string): Promise<void> {
    return this.inTurn((turn) => this.#models.restore(turn, id, who));
  }

  /** As they are now: the table may gain some while they are gone through. */
  #all(): string[] {
    return [...this.#options.table.extensions()];
  }
}
