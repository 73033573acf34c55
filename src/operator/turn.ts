/**
 * What a decision is made of while its turn lasts. Every change is checked, then on disk with its audit entry, then in
 * force in memory, then judged against what is registered: in that order. A change that fails leaves everything as it was.
 */
import type { AuditEntry } from '../domain/audit.ts';
import { showPolicy, showSettings } from '../domain/decision-words.ts';
import type { EnrolmentCode } from '../domain/enrolment.ts';
import { Fault } from '../domain/fault.ts';
import type { Alternative } from '../domain/lock.ts';
import { type ExtensionPolicy, NO_POLICY, type Settings } from '../domain/policy.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import { type Change, type Store, StoreError } from '../store/store.ts';
import { checkAlternative, checkExtensionName } from './checks.ts';
import { changesSystem, putInForce } from './in-force.ts';
import type { Library } from './library.ts';
import { type BulkRequest, newPolicy } from './new-policy.ts';

export interface TurnOptions {
  readonly table: ExtensionTable;
  readonly library: Library;
  readonly store: Pick<Store, 'commit'>;
  readonly judgeAnew: (extensions: Iterable<string>) => Promise<void>;
  readonly touchSystem: () => void;
  readonly announce: (entry: AuditEntry) => void;
  readonly now: () => number;
  /** One-time codes of before the start, by extension. */
  readonly codes?: ReadonlyMap<string, EnrolmentCode>;
}

type Policies = ReadonlyMap<string, ExtensionPolicy | undefined>;

export class Turn {
  readonly #options: TurnOptions;
  readonly #codes: Map<string, EnrolmentCode>;

  constructor(options: TurnOptions) {
    this.#options = options;
    this.#codes = new Map(options.codes);
  }

  /** One-time codes as they are on disk, by extension; some may be over. */
  get codes(): ReadonlyMap<string, EnrolmentCode> {
    return this.#codes;
  }

  /**
   * Saves, puts in force and judges; rejects with a {@link Fault}, and then nothing has changed.
   * @param concerned whom the change may concern, asked when it is in force; without it, those whose policies it holds
   */
  async commit(change: Change, concerned?: () => Iterable<string>): Promise<void> {
    const { announce, touchSystem, judgeAnew } = this.#options;
    this.checkLoaded();
    await this.#save(change);
    for (const [extension, code] of change.enrolments ?? []) {
      if (code === undefined) this.#codes.delete(extension);
      else this.#codes.set(extension, code);
    }
    for (const entry of change.audit) announce(entry);
    putInForce(change, this.#options);
    if (changesSystem(change)) touchSystem();
    await judgeAnew(concerned?.() ?? change.policies?.keys() ?? []);
  }

  /** The same for policies, with their audit entries. */
  setPolicies(
    policies: Policies,
    action: string,
    who: string,
    further: Omit<Change, 'policies' | 'audit'> = {},
  ): Promise<void> {
    return this.commit({ ...further, policies, audit: this.auditPolicies(policies, action, who) });
  }

  /** Judges anew what has become another by time alone. */
  judgeAnew(extension: string): Promise<void> {
    const { table, judgeAnew } = this.#options;
    table.setPolicy(extension, table.policy(extension));
    return judgeAnew([extension]);
  }

  audit(who: string, action: string, target: string, detail: string): AuditEntry {
    return { at: this.#options.now(), who, action, target, detail };
  }

  /** From what is in force to what shall be. */
  auditPolicies(policies: Policies, action: string, who: string): AuditEntry[] {
    return [...policies].map(([extension, policy]) => {
      const was = showPolicy(this.#options.table.policy(extension));
      return this.audit(who, action, extension, `${was} -> ${showPolicy(policy ?? NO_POLICY)}`);
    });
  }

  auditSettings(settings: Settings, action: string, who: string): AuditEntry {
    const was = showSettings(this.#options.table.settings);
    return this.audit(who, action, 'system', `${was} -> ${showSettings(settings)}`);
  }

  /** What the extension's policy becomes by what is asked; throws a {@link Fault} where that cannot be. */
  newPolicy(extension: string, request: BulkRequest): ExtensionPolicy {
    const { table } = this.#options;
    return newPolicy(request, {
      extension,
      was: table.policy(extension),
      registered: () => table.contacts(extension).map(({ contact }) => contact.userAgent),
      check: (alternative) => this.checkAlternative(alternative),
    });
  }

  checkLoaded(): void {
    if (this.#options.table.loaded) return;
    throw new Fault(
      'not-loaded',
      'The locks are still being read back from AstDB after the database was lost.',
      'Wait until Asterisk is reachable; see: device-lock doctor',
    );
  }

  checkExtension(extension: string): void {
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

  /** Something is known of it, whether Asterisk lists it or not. */
  checkKnown(extension: string): void {
    checkExtensionName(extension);
    if (this.#options.table.has(extension)) return;
    throw new Fault(
      'no-such-extension',
      `Nothing is known of extension ${extension}.`,
      'Nothing was changed.',
    );
  }

  checkAlternative(alternative: Alternative): void {
    checkAlternative(alternative, (id) => this.#options.library.require(id));
  }

  async #save(change: Change): Promise<void> {
    const { policies } = change;
    try {
      await this.#options.store.commit(
        policies === undefined ? change : { ...change, policies: withoutEmpty(policies) },
      );
    } catch (error) {
      const hint = error instanceof StoreError ? error.hint : 'See the log.';
      throw new Fault('storage', 'The change could not be saved; nothing was changed.', hint, {
        cause: error,
      });
    }
  }
}

/** What decides nothing is not stored. */
function withoutEmpty(policies: Policies): Policies {
  return new Map(
    [...policies].map(([name, policy]) => [name, policy === NO_POLICY ? undefined : policy] as const),
  );
}
