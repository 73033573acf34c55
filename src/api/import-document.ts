/**
 * Reads an exported document against what is in force: what it would change, checked whole before anything is. It
 * changes nothing itself.
 */
import { Fault } from '../domain/fault.ts';
import { sameAlternative } from '../domain/lock.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import { type ExtensionPolicy, NO_POLICY, type Settings } from '../domain/policy.ts';
import { checkAlternative, checkExtensionName, checkNetworks } from '../operator/checks.ts';
import { Library } from '../operator/library.ts';
import type { Decisions } from '../operator/operator.ts';
import type { ExportDocument, ImportReport, PolicyView } from './shapes.ts';
import { readGrants, readOptions, readSettings } from './views.ts';

/** What there is now. */
export interface Present {
  readonly settings: Settings;
  readonly extensions: readonly string[];
  readonly policy: (extension: string) => ExtensionPolicy;
  readonly models: readonly PhoneModel[];
}

export interface ImportPlan extends Decisions {
  readonly report: Omit<ImportReport, 'dryRun'>;
}

interface ModelChanges {
  readonly added: readonly PhoneModel[];
  readonly edited: readonly PhoneModel[];
  readonly removed: readonly string[];
}

/** Throws a {@link Fault} that names the first thing that cannot be taken. */
export function planImport(document: ExportDocument, present: Present): ImportPlan {
  const library = new Library(present.models, []);
  const models = planModels(document, present, library);
  const settings = { ...present.settings, ...readSettings(document.settings ?? {}) };
  const isNew = !same(settings, present.settings);
  if (settings.fallback !== undefined) library.require(settings.fallback);
  checkNetworks(settings.networks);
  const policies = planPolicies(document, present, library);
  checkRemoved(models.removed, policies, present);
  return {
    settings: isNew ? settings : undefined,
    policies,
    models: [
      ...[...models.added, ...models.edited].map((model) => ({ id: model.id, model })),
      ...models.removed.map((id) => ({ id, model: undefined })),
    ],
    report: {
      settings: document.settings === undefined ? 'absent' : isNew ? 'changed' : 'same',
      policies: reportPolicies(document, policies, present),
      models: {
        added: models.added.map(({ id }) => id),
        changed: models.edited.map(({ id }) => id),
        removed: models.removed,
        same: (document.models ?? []).length - models.added.length - models.edited.length,
      },
    },
  };
}

/** The changes are made to the scratch library, so that each is checked against those before it. */
function planModels(
  { models = [], hiddenModels = [] }: ExportDocument,
  present: Present,
  library: Library,
): ModelChanges {
  const known = new Map(present.models.map((model) => [model.id, model]));
  const added: PhoneModel[] = [];
  const edited: PhoneModel[] = [];
  for (const model of models) {
    const was = known.get(model.id);
    if (was !== undefined && same(was, model)) continue;
    const change = was === undefined ? library.adding(model) : library.editing(model.id, model);
    library.apply(change.stored);
    (was === undefined ? added : edited).push(model);
  }
  const removed = [...new Set(hiddenModels)].filter((id) => known.has(id));
  for (const id of removed) library.apply(library.removing(id).stored);
  return { added, edited, removed };
}

function planPolicies(
  document: ExportDocument,
  present: Present,
  library: Library,
): Map<string, ExtensionPolicy> {
  const policies = new Map<string, ExtensionPolicy>();
  for (const [extension, asked] of Object.entries(document.policies ?? {})) {
    try {
      checkExtensionName(extension);
      for (const one of asked.alternatives ?? []) checkAlternative(one, (id) => library.require(id));
      checkNetworks(asked.networks ?? []);
      for (const { alternative } of asked.grants ?? [])
        checkAlternative(alternative, (id) => library.require(id));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new Fault(error.code, `Extension ${extension}: ${error.message}`, error.hint, { cause: error });
    }
    const policy = readPolicy(asked);
    if (!same(policy, present.policy(extension))) policies.set(extension, policy);
  }
  return policies;
}

/** A lock the document does not speak of must not lose its model. */
function checkRemoved(
  removed: readonly string[],
  policies: ReadonlyMap<string, ExtensionPolicy>,
  present: Present,
): void {
  for (const extension of present.extensions) {
    const { lock, grants = [] } = policies.get(extension) ?? present.policy(extension);
    const all = [...(lock?.alternatives ?? []), ...grants.map(({ alternative }) => alternative)];
    const lost = all.find((one) => one.kind === 'model' && removed.includes(one.model));
    if (lost?.kind !== 'model') continue;
    throw new Fault(
      'model-in-use',
      `The document removes phone model ${lost.model}, which the lock of ${extension} needs.`,
      'Change that lock first, or leave the model out of hiddenModels.',
    );
  }
}

function readPolicy(asked: Partial<PolicyView>): ExtensionPolicy {
  const { alternatives } = asked;
  const distinct = alternatives?.filter(
    (one, at) => alternatives.findIndex((other) => sameAlternative(one, other)) === at,
  );
  const policy = {
    lock: distinct === undefined ? undefined : { alternatives: distinct },
    ...readGrants(asked.grants ?? []),
    ...readOptions(asked),
  };
  return same(policy, NO_POLICY) ? NO_POLICY : policy;
}

function reportPolicies(
  document: ExportDocument,
  policies: ReadonlyMap<string, ExtensionPolicy>,
  present: Present,
): ImportReport['policies'] {
  const isNew = (extension: string) => same(present.policy(extension), NO_POLICY);
  const names = [...policies.keys()];
  return {
    added: names.filter(isNew),
    changed: names.filter((extension) => !isNew(extension)),
    same: Object.keys(document.policies ?? {}).length - names.length,
  };
}

/** Equal field by field, in whatever order they were written. */
function same(a: object, b: object): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: object): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  );
}
