/**
 * What operators decide: locks, modes, the fallback, the phone library. Every change is checked, then on disk with its
 * audit entry, then in force in memory, then judged against what is registered: in that order, one change at a time. A
 * change that fails leaves everything as it was.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { AuditEntry } from '../domain/audit.ts';
import { showPolicy, showSettings } from '../domain/decision-words.ts';
import type { EnrolmentCode } from '../domain/enrolment.ts';
import { Fault } from '../domain/fault.ts';
import type { Alternative } from '../domain/lock.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import { type ExtensionPolicy, isEmptyPolicy, NO_POLICY, type Settings } from '../domain/policy.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import { type Change, type Store, type StoredModel, StoreError } from '../store/store.ts';
import { checkAlternative, checkExtensionName, checkNetworks } from './checks.ts';
import type { Library } from './library.ts';
import { checkUnused, dependsOn } from './model-use.ts';
import { asksForPolicy, type BulkRequest, type Ground, newPolicy, type PolicyRequest } from './new-policy.ts';
import { type BulkReport, note, reported } from './report.ts';

export type { BulkRequest, PolicyRequest } from './new-policy.ts';

export interface OperatorOptions {
  readonly table: ExtensionTable;
  readonly library: Library;
  readonly store: Pick<Store, 'commit' | 'violations'>;
  readonly judgeAnew: (extensions: Iterable<string>) => Promise<void>;
  readonly clear: (extension: string) => number;
  readonly touchSystem: () => void;
  readonly announce: (entry: AuditEntry) => void;
  readonly now: () => number;
  /** One-time codes of before the start, by extension. */
  readonly codes?: ReadonlyMap<string, EnrolmentCode>;
}

/** What a decision is made of while its turn lasts. */
export interface Turn {
  /** Checks, saves, puts in force and judges; all of it rejects with a {@link Fault}, and then nothing has changed. */
  setPolicies(
    policies: ReadonlyMap<string, ExtensionPolicy | undefined>,
    action: string,
    who: string,
    further?: Omit<Change, 'policies' | 'audit'>,
  ): Promise<void>;
  commit(change: Change): Promise<void>;
  /** Judges anew what has become another by time alone. */
  judgeAnew(extension: string): Promise<void>;
  audit(who: string, action: string, target: string, detail: string): AuditEntry;
  checkLoaded(): void;
  checkExtension(extension: string): void;
  checkAlternative(alternative: Alternative): void;
}

/** A change of many things at once. */
export interface Decisions {
  /** undefined: they stay. */
  readonly settings: Settings | undefined;
  readonly policies: ReadonlyMap<string, ExtensionPolicy>;
  readonly models: readonly StoredModel[];
}

/** Extensions changed in one go, on disk together: some milliseconds of work. */
const BULK_SLICE = 500;

export class Operator {
  readonly #options: OperatorOptions;
  readonly #codes: Map<string, EnrolmentCode>;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: OperatorOptions) {
    this.#options = options;
    this.#codes = new Map(options.codes);
  }

  /** One-time codes as they are on disk, by extension; some may be over. */
  get codes(): ReadonlyMap<string, EnrolmentCode> {
    return this.#codes;
  }

  /** A decision that is made elsewhere, one change after the other with those made here. */
  inTurn<T>(decide: (turn: Turn) => Promise<T>): Promise<T> {
    const turn: Turn = {
      setPolicies: (policies, action, who, further) => this.#setPolicies(policies, action, who, further),
      commit: (change) => this.#commit(change),
      judgeAnew: (extension) => {
        this.#options.table.setPolicy(extension, this.#options.table.policy(extension));
        return this.#options.judgeAnew([extension]);
      },
      audit: (who, action, target, detail) => this.#audit(who, action, target, detail),
      checkLoaded: () => this.#checkLoaded(),
      checkExtension: (extension) => this.#checkExtension(extension),
      checkAlternative: (alternative) => this.#check(alternative),
    };
    return this.#inTurn(() => decide(turn));
  }

  /** Sets the lock, the mode, or both. Rejects with a {@link Fault}; then nothing has changed. */
  lock(extension: string, request: PolicyRequest, who: string): Promise<ExtensionPolicy> {
    return this.#inTurn(async () => {
      this.#checkExtension(extension);
      const policy = newPolicy(request, this.#ground(extension));
      await this.#setPolicies(new Map([[extension, policy]]), 'lock', who);
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
    return this.#inTurn(async () => {
      this.#checkExtension(extension);
      const policy = change(this.#options.table.policy(extension));
      if (policy === undefined) return false;
      for (const alternative of policy.lock?.alternatives ?? []) this.#check(alternative);
      await this.#setPolicies(new Map([[extension, policy]]), action, who);
      return true;
    });
  }

  /**
   * The same for many: what cannot be for one of them is told, and the others have it. Rejects with a {@link Fault} where
   * it cannot be for any; then nothing has changed.
   */
  bulk(extensions: Iterable<string>, request: BulkRequest, who: string): Promise<BulkReport> {
    return this.#inTurn(async () => {
      for (const one of request.alternatives ?? []) if (one.kind !== 'this-device') this.#check(one);
      const report: BulkReport = { done: [], failed: [] };
      const names = [...new Set(extensions)];
      for (let at = 0; at < names.length; at += BULK_SLICE) {
        await this.#bulkSlice(names.slice(at, at + BULK_SLICE), request, who, report);
        await turn();
      }
      return report;
    });
  }

  /** Removes the extension's own lock; the fallback, where there is one, is in force again. */
  unlock(extension: string, who: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#checkExtension(extension);
      const was = this.#options.table.policy(extension);
      const policy = { ...was, lock: undefined };
      const isEmpty = isEmptyPolicy(policy);
      await this.#setPolicies(new Map([[extension, isEmpty ? undefined : policy]]), 'unlock', who);
    });
  }

  /** The extension is gone from the PBX: its decisions go too, and what was open of it is cleared. */
  forget(extension: string, who: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#checkKnown(extension);
      const enrolments = new Map([[extension, undefined]]);
      await this.#setPolicies(new Map([[extension, undefined]]), 'forget', who, { enrolments });
      const at = this.#options.now();
      this.#options.clear(extension);
      await this.#expectCleared(extension, at);
    });
  }

  /** The extension has another number now, and takes its decisions along. Refused where the new one has its own. */
  rename(extension: string, to: string, who: string): Promise<void> {
    return this.#inTurn(async () => {
      const { table } = this.#options;
      checkExtensionName(to);
      this.#checkKnown(extension);
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
      await this.#setPolicies(moved, 'rename', who, { enrolments });
    });
  }

  /**
   * Many decisions in one change: all of them, or none.
   * @param decide says what is to change, when its turn has come; it has checked it against what is in force then
   */
  importAll(decide: () => Decisions, who: string): Promise<void> {
    return this.#inTurn(async () => {
      const { table, library, judgeAnew, touchSystem } = this.#options;
      const { settings, policies, models } = decide();
      const audit = [
        ...models.map(({ id, model }) => this.#audit(who, 'import', id, model?.pattern ?? 'removed')),
        ...this.#policyAudit(policies, 'import', who),
        ...(settings === undefined ? [] : [this.#settingsAudit(settings, 'import', who)]),
      ];
      await this.#commit({ policies, models, audit, ...(settings === undefined ? {} : { settings }) });
      for (const stored of models) library.apply(stored);
      if (models.length > 0) table.setModels(library.models());
      if (settings !== undefined) table.setSettings(settings);
      for (const [extension, policy] of policies) table.setPolicy(extension, policy);
      touchSystem();
      await judgeAnew([...table.extensions()]);
    });
  }

  /** Ends the open violations of an extension; returns how many, once that is on disk. */
  clear(extension: string, who: string): Promise<number> {
    return this.#inTurn(async () => {
      this.#checkExtension(extension);
      await this.#commit({ audit: [this.#audit(who, 'clear', extension, 'open violations')] });
      const at = this.#options.now();
      const cleared = this.#options.clear(extension);
      await this.#expectCleared(extension, at);
      return cleared;
    });
  }

  setSettings(request: Partial<Settings>, who: string): Promise<Settings> {
    return this.#inTurn(async () => {
      const { table, judgeAnew, touchSystem } = this.#options;
      const was = table.settings;
      const settings = { ...was, ...request };
      if (settings.fallback !== undefined) this.#options.library.require(settings.fallback);
      checkNetworks(settings.networks);
      await this.#commit({ settings, audit: [this.#settingsAudit(settings, 'settings', who)] });
      table.setSettings(settings);
      touchSystem();
      await judgeAnew([...table.extensions()]);
      return settings;
    });
  }

  addModel(definition: unknown, who: string): Promise<void> {
    return this.#changeModels(() => this.#options.library.adding(definition), 'model-add', who);
  }

  editModel(id: string, definition: unknown, who: string): Promise<void> {
    return this.#changeModels(() => this.#options.library.editing(id, definition), 'model-edit', who);
  }

  /** Refused while a lock or the fallback depends on the model; the fault names them. */
  removeModel(id: string, who: string): Promise<void> {
    return this.#changeModels(
      () => {
        this.#options.library.require(id);
        checkUnused(this.#options.table, id);
        return this.#options.library.removing(id);
      },
      'model-remove',
      who,
    );
  }

  /** A shipped model that was edited or removed is as it was shipped again. */
  restoreModel(id: string, who: string): Promise<void> {
    return this.#inTurn(async () => {
      const { library } = this.#options;
      const models = library.restoring(id);
      await this.#commit({
        forgetModels: [id],
        audit: [this.#audit(who, 'model-restore', id, 'as shipped')],
      });
      library.restored(id);
      await this.#useModels(models, id);
    });
  }

  #changeModels(
    prepare: () => ReturnType<Library['adding']>,
    action: 'model-add' | 'model-edit' | 'model-remove',
    who: string,
  ): Promise<void> {
    return this.#inTurn(async () => {
      const { id, stored, models } = prepare();
      const audit = [this.#audit(who, action, id, stored.model?.pattern ?? 'removed')];
      await this.#commit({ models: [stored], audit });
      this.#options.library.apply(stored);
      await this.#useModels(models, id);
    });
  }

  /** The library is this now; one model of it has changed. */
  async #useModels(models: readonly PhoneModel[], id: string): Promise<void> {
    const { table, judgeAnew, touchSystem } = this.#options;
    table.setModels(models);
    touchSystem();
    await judgeAnew([...table.extensions()].filter((extension) => dependsOn(table, extension, id)));
  }

  async #bulkSlice(names: readonly string[], request: BulkRequest, who: string, report: BulkReport) {
    const { table, judgeAnew } = this.#options;
    const policies = new Map<string, ExtensionPolicy>();
    const able = names.filter((extension) =>
      reported(report, extension, () => {
        this.#checkExtension(extension);
        if (asksForPolicy(request)) policies.set(extension, newPolicy(request, this.#ground(extension)));
      }),
    );
    const cleared = request.clear === true ? able : [];
    const audit = [
      ...this.#policyAudit(policies, request.unlock === true ? 'unlock' : 'lock', who),
      ...cleared.map((extension) => this.#audit(who, 'clear', extension, 'open violations')),
    ];
    if (audit.length === 0) return;
    try {
      await this.#commit({ policies: withoutEmpty(policies), audit });
    } catch (error) {
      if (report.done.length === 0) throw error;
      for (const extension of able) note(report, extension, error);
      return;
    }
    for (const [extension, policy] of policies) table.setPolicy(extension, policy);
    await judgeAnew(policies.keys());
    if (await this.#clearReported(cleared, report)) report.done.push(...able);
  }

  /** What was cleared in one go is written in one go: whether it is on disk, one of them tells for all. */
  async #clearReported(extensions: readonly string[], report: BulkReport): Promise<boolean> {
    const at = this.#options.now();
    const last = extensions.filter((extension) => this.#options.clear(extension) > 0).at(-1);
    if (last === undefined) return true;
    try {
      await this.#expectCleared(last, at);
      return true;
    } catch (error) {
      for (const extension of extensions) note(report, extension, error);
      return false;
    }
  }

  async #setPolicies(
    policies: ReadonlyMap<string, ExtensionPolicy | undefined>,
    action: string,
    who: string,
    further: Omit<Change, 'policies' | 'audit'> = {},
  ): Promise<void> {
    const { table, judgeAnew } = this.#options;
    const audit = this.#policyAudit(policies, action, who);
    await this.#commit({ ...further, policies: withoutEmpty(policies), audit });
    for (const [extension, policy] of policies) table.setPolicy(extension, policy);
    await judgeAnew(policies.keys());
  }

  #ground(extension: string): Ground {
    const { table } = this.#options;
    return {
      extension,
      was: table.policy(extension),
      registered: () => table.contacts(extension).map(({ contact }) => contact.userAgent),
      check: (alternative) => this.#check(alternative),
    };
  }

  #check(alternative: Alternative): void {
    checkAlternative(alternative, (id) => this.#options.library.require(id));
  }

  /** Something is known of it, whether Asterisk lists it or not. */
  #checkKnown(extension: string): void {
    checkExtensionName(extension);
    if (this.#options.table.has(extension)) return;
    throw new Fault(
      'no-such-extension',
      `Nothing is known of extension ${extension}.`,
      'Nothing was changed.',
    );
  }

  #checkExtension(extension: string): void {
    checkExtensionName(extension);
    const { table } = this.#options;
    // Before Asterisk was ever reached nobody knows which extensions there are: an operator may lock all the same.
    if (table.has(extension) || table.listedCount === 0) return;
    throw new Fault(
      'no-such-extension',
      `Asterisk has no extension ${extension}.`,
      'List them with: device-lock extensions',
    );
  }

  #policyAudit(
    policies: ReadonlyMap<string, ExtensionPolicy | undefined>,
    action: string,
    who: string,
  ): AuditEntry[] {
    return [...policies].map(([extension, policy]) => {
      const was = showPolicy(this.#options.table.policy(extension));
      return this.#audit(who, action, extension, `${was} -> ${showPolicy(policy ?? NO_POLICY)}`);
    });
  }

  #settingsAudit(settings: Settings, action: string, who: string): AuditEntry {
    const was = showSettings(this.#options.table.settings);
    return this.#audit(who, action, 'system', `${was} -> ${showSettings(settings)}`);
  }

  #audit(who: string, action: string, target: string, detail: string): AuditEntry {
    return { at: this.#options.now(), who, action, target, detail };
  }

  /** Violations trail to the disk; a read writes them first, and shows what the disk has where it refuses. */
  async #expectCleared(extension: string, at: number): Promise<void> {
    let cause: unknown;
    try {
      const open = await this.#options.store.violations({ extension, open: true, limit: 1000 });
      if (open.every(({ lastSeen }) => lastSeen >= at)) return;
    } catch (error) {
      cause = error;
    }
    throw new Fault(
      'storage',
      'The violations are cleared, but that is not on disk: a restart would open them again.',
      'See: device-lock doctor',
      { cause },
    );
  }

  #checkLoaded(): void {
    if (this.#options.table.loaded) return;
    throw new Fault(
      'not-loaded',
      'The locks are still being read back from AstDB after the database was lost.',
      'Wait until Asterisk is reachable; see: device-lock doctor',
    );
  }

  async #commit(change: Change): Promise<void> {
    this.#checkLoaded();
    try {
      await this.#options.store.commit(change);
    } catch (error) {
      const hint = error instanceof StoreError ? error.hint : 'See the log.';
      throw new Fault('storage', 'The change could not be saved; nothing was changed.', hint, {
        cause: error,
      });
    }
    for (const [extension, code] of change.enrolments ?? []) {
      if (code === undefined) this.#codes.delete(extension);
      else this.#codes.set(extension, code);
    }
    for (const entry of change.audit) this.#options.announce(entry);
  }

  /** One change after the other: each sees what the one before it did. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(run);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

/** What decides nothing is not stored. */
function withoutEmpty(
  policies: ReadonlyMap<string, ExtensionPolicy | undefined>,
): Map<string, ExtensionPolicy | undefined> {
  return new Map(
    [...policies].map(([name, policy]) => [name, policy === NO_POLICY ? undefined : policy] as const),
  );
}
