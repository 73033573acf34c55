/**
 * What would be decided, were a change made: checked as the operator would check it, and made nowhere. Throws the same
 * faults as the change itself.
 */
import { Fault } from '../domain/fault.ts';
import { type Alternative, type Lock, showAlternative } from '../domain/lock.ts';
import type { UserAgentTest } from '../domain/matcher.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import type { Settings } from '../domain/policy.ts';
import { checkAlternative, checkNetworks } from '../operator/checks.ts';
import { Library } from '../operator/library.ts';
import { checkUnused, dependsOn } from '../operator/model-use.ts';
import { type BulkRequest, newPolicy } from '../operator/new-policy.ts';
import type { Hypothesis } from '../state/extension-table.ts';
import type { ApiDeps } from './deps.ts';
import type { KnownDevices } from './known-devices.ts';
import type { SettingsView } from './shapes.ts';
import { readSettings } from './views.ts';

export type Change =
  | { readonly settings: Partial<SettingsView> }
  | { readonly policies: Readonly<Record<string, BulkRequest>> }
  | { readonly models: ModelsChange };

export interface ModelsChange {
  /** Added, or edited where the library has their id. */
  readonly put?: readonly PhoneModel[];
  readonly remove?: readonly string[];
}

export interface WouldBe {
  /** Those the change is about, in no order. */
  readonly extensions: Iterable<string>;
  /** The change makes the lock of this one another, whatever it is called. */
  readonly isTouched: (extension: string) => boolean;
  /** @throws Fault where the change cannot be for this one */
  readonly decided: (extension: string) => Hypothesis;
  /** The operator ends the open violations of this one. */
  readonly isCleared: (extension: string) => boolean;
}

/** What is known has to be refreshed before. */
type Deps = Pick<ApiDeps, 'table' | 'library'> & { readonly known: KnownDevices };

export function wouldBe(change: Change, deps: Deps): WouldBe {
  if ('settings' in change) return withSettings(change.settings, deps);
  return 'policies' in change ? withPolicies(change.policies, deps) : withModels(change.models, deps);
}

function withSettings(asked: Partial<SettingsView>, { table, library }: Deps): WouldBe {
  const settings: Settings = { ...table.settings, ...readSettings(asked) };
  if (settings.fallback !== undefined) library.require(settings.fallback);
  checkNetworks(settings.networks);
  return {
    extensions: table.extensions(),
    isTouched: () => false,
    decided: (extension) => ({
      settings,
      policy: table.policy(extension),
      compile: (lock) => table.compile(lock),
    }),
    isCleared: () => false,
  };
}

function withPolicies(asked: Readonly<Record<string, BulkRequest>>, { table, library }: Deps): WouldBe {
  const requests = new Map(Object.entries(asked));
  const check = once((alternative) => checkAlternative(alternative, (id) => library.require(id)));
  const tests = new Map<string, UserAgentTest>();
  const compileOne = (alternative: Alternative): UserAgentTest => {
    const words = showAlternative(alternative);
    const test = tests.get(words) ?? table.compile({ alternatives: [alternative] });
    tests.set(words, test);
    return test;
  };
  return {
    extensions: requests.keys(),
    isTouched: () => false,
    decided(extension) {
      if (!table.has(extension)) {
        throw new Fault(
          'no-such-extension',
          `Nothing is known of extension ${extension}.`,
          'Nothing was changed.',
        );
      }
      const was = table.policy(extension);
      const registered = () => table.contacts(extension).map(({ contact }) => contact.userAgent);
      const policy = newPolicy(requests.get(extension) ?? {}, { extension, was, registered, check });
      const isSame = policy.lock === was.lock;
      return {
        settings: table.settings,
        policy,
        compile: (lock) => (isSame ? table.compile(lock) : anyOf(lock, compileOne)),
      };
    },
    isCleared: (extension) => requests.get(extension)?.clear === true,
  };
}

function withModels({ put = [], remove = [] }: ModelsChange, { table, library, known }: Deps): WouldBe {
  // Each change is checked against those before it, as they would be made.
  const scratch = new Library(library.models(), [], known.compile);
  const ids = new Set(library.models().map(({ id }) => id));
  const edited = new Map<string, UserAgentTest>();
  for (const model of put) {
    scratch.apply((ids.has(model.id) ? scratch.editing(model.id, model) : scratch.adding(model)).stored);
    const test = known.compile(model.pattern);
    if (typeof test === 'function') {
      edited.set(model.id, (userAgent) => userAgent.kind === 'text' && test(userAgent.text));
    }
  }
  for (const id of remove) {
    scratch.require(id);
    checkUnused(table, id);
  }
  const compileOne = (alternative: Alternative): UserAgentTest =>
    (alternative.kind === 'model' ? edited.get(alternative.model) : undefined) ??
    table.compile({ alternatives: [alternative] });
  const isTouched = (extension: string) => [...edited.keys()].some((id) => dependsOn(table, extension, id));
  return {
    extensions: table.extensions(),
    isTouched,
    decided: (extension) => ({
      settings: table.settings,
      policy: table.policy(extension),
      compile: (lock) => (isTouched(extension) ? anyOf(lock, compileOne) : table.compile(lock)),
    }),
    isCleared: () => false,
  };
}

/** Many ask for the same: an alternative that was good once is. */
function once(check: (alternative: Alternative) => void): (alternative: Alternative) => void {
  const good = new Set<string>();
  return (alternative) => {
    const words = showAlternative(alternative);
    if (!good.has(words)) check(alternative);
    good.add(words);
  };
}

function anyOf(
  { alternatives }: Lock,
  compileOne: (alternative: Alternative) => UserAgentTest,
): UserAgentTest {
  const tests = alternatives.map(compileOne);
  return (userAgent) => tests.some((test) => test(userAgent));
}
