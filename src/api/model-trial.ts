/** Tries a phone model that nobody saved: its pattern and samples, beside the library and what is registered now. */
import type { TextTest } from '../domain/matcher.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import { checkModel } from '../phone-library/library.ts';
import type { ModelFault } from '../phone-library/model-check.ts';
import { proposeModel } from '../phone-library/propose-model.ts';
import type { ApiDeps } from './deps.ts';
import { inTurns } from './in-turns.ts';
import type { KnownDevices } from './known-devices.ts';
import type { ModelProposal, ModelTrial } from './shapes.ts';

export interface TriedModel {
  readonly id?: string;
  readonly pattern: string;
  readonly matches: readonly string[];
  readonly rejects: readonly string[];
}

type Deps = Pick<ApiDeps, 'table' | 'library' | 'isAttackTool'>;

/** Other User-Agents of the maker are looked for among so many. */
const MAX_SEEN = 2000;
/** Models whose samples are held against a pattern in one turn. */
const CHECKED_A_TURN = 8;
const NAMES_A_TURN = 2000;

/** @throws Fault where none can be proposed */
export async function proposalOf(userAgent: string, deps: Deps, known: KnownDevices): Promise<ModelProposal> {
  await known.refresh();
  const ids = new Set(deps.library.models().map(({ id }) => id));
  const seen = await seenDevices(deps);
  const proposed = proposeModel(userAgent, {
    seen: [...seen.keys()].slice(0, MAX_SEEN),
    isTaken: (id) => ids.has(id),
    isAttackTool: deps.isAttackTool,
  });
  return {
    ...proposed,
    covers: coveredBy(known.compile(proposed.pattern), seen),
    existing: known.modelOf(userAgent) ?? null,
  };
}

/** @param tried with the id of the model that is edited; without one it is to be added */
export async function trialOf(tried: TriedModel, deps: Deps, known: KnownDevices): Promise<ModelTrial> {
  await known.refresh();
  const test = known.compile(tried.pattern);
  const compile: typeof known.compile = (source) => (source === tried.pattern ? test : known.compile(source));
  const model: PhoneModel = { ...NAMED, ...tried, id: tried.id ?? NAMED.id };
  const own = checkModel(model, [], compile);
  const faults = [...own];
  const others = deps.library.models().filter(({ id }) => id !== tried.id);
  for await (const slice of inTurns(others, CHECKED_A_TURN)) {
    faults.push(...checkModel(model, slice, compile).slice(own.length));
  }
  const problems = faults.flatMap(problemOf);
  const covers = typeof test === 'function' ? coveredBy(test, await seenDevices(deps)) : [];
  return { ok: problems.length === 0, problems, covers };
}

/** What a model needs besides, and nobody has to have thought of yet; no model has this id. */
const NAMED = { id: '', vendor: 'Tried', model: 'Tried', kind: 'desk' } as const;

function problemOf({ field, index, fault, hint }: ModelFault): ModelTrial['problems'] {
  if (field !== 'pattern' && field !== 'matches' && field !== 'rejects') return [];
  const sentence = fault.slice(0, 1).toUpperCase() + fault.slice(1);
  return [{ field, index: index ?? null, message: `${sentence}. ${hint}` }];
}

/** Every User-Agent that is registered, with its extensions in no order. */
async function seenDevices({ table }: Pick<Deps, 'table'>): Promise<Map<string, string[]>> {
  const seen = new Map<string, string[]>();
  for await (const names of inTurns(table.extensions(), NAMES_A_TURN)) {
    for (const name of names) {
      for (const { contact } of table.contacts(name)) {
        if (contact.userAgent.kind !== 'text') continue;
        const { text } = contact.userAgent;
        const at = seen.get(text);
        if (at === undefined) seen.set(text, [name]);
        else if (at.at(-1) !== name) at.push(name);
      }
    }
  }
  return seen;
}

function coveredBy(
  test: ReturnType<KnownDevices['compile']>,
  seen: ReadonlyMap<string, readonly string[]>,
): string[] {
  const accepts: TextTest = typeof test === 'function' ? test : () => false;
  const covered = [...seen].flatMap(([text, extensions]) => (accepts(text) ? extensions : []));
  return [...new Set(covered)].sort(NATURAL.compare);
}

const NATURAL = new Intl.Collator('en', { numeric: true });
