/** Rebuilds what operators decided from AstDB, after the database was lost. Pure: the tree in, a change out. */

import { type Grant, MAX_GRANTS } from '../domain/grant.ts';
import { type Alternative, MAX_ALTERNATIVES } from '../domain/lock.ts';
import { MODEL_ID, type PhoneModel } from '../domain/phone-model.ts';
import {
  DEFAULT_SETTINGS,
  type ExtensionPolicy,
  MAX_NETWORKS,
  type OwnOptions,
  optionsInForce,
  type Settings,
} from '../domain/policy.ts';
import type { StoredModel } from '../store/store.ts';
import { joinPieces } from './entries.ts';

export interface Recovered {
  readonly policies: Map<string, ExtensionPolicy>;
  readonly models: StoredModel[];
  readonly settings: Settings | undefined;
  /** Keys that could not be read, for the log. */
  readonly unreadable: string[];
}

export function recoverFrom(tree: ReadonlyMap<string, string>): Recovered {
  const policies = new Map<string, ExtensionPolicy>();
  const models: StoredModel[] = [];
  const unreadable: string[] = [];
  let settings: Settings | undefined;
  for (const [name, text] of joinPieces('LOCK', tree)) {
    const policy = readPolicy(parse(text));
    if (policy === undefined) unreadable.push(`LOCK/${name}`);
    else policies.set(name, policy);
  }
  for (const [name, text] of joinPieces('MODEL', tree)) {
    const model = readModel(name, parse(text));
    if (model === undefined) unreadable.push(`MODEL/${name}`);
    else models.push(model);
  }
  const system = joinPieces('SETTING', tree).get('system');
  if (system !== undefined) {
    settings = readSettings(parse(system));
    if (settings === undefined) unreadable.push('SETTING/system');
  }
  return { policies, models, settings, unreadable };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readPolicy(value: Record<string, unknown> | undefined): ExtensionPolicy | undefined {
  if (value === undefined) return undefined;
  const { lock } = value;
  let alternatives: Alternative[] | undefined;
  if (lock !== undefined) {
    alternatives = isObject(lock) ? readAlternatives(lock['alternatives']) : undefined;
    if (alternatives === undefined) return undefined;
  }
  const grants = readGrants(value['grants']);
  return {
    lock: alternatives === undefined ? undefined : { alternatives },
    ...(grants.length === 0 ? {} : { grants }),
    ...readOptions(value),
  };
}

/** What makes no sense counts as not decided. */
function readOptions(value: Record<string, unknown>): OwnOptions {
  const { networks } = value;
  return {
    mode: oneOf(['enforce', 'monitor'], value['mode']),
    requireRegistration: flag(value['requireRegistration']),
    evict: flag(value['evict']),
    hangUp: flag(value['hangUp']),
    firstUse: flag(value['firstUse']),
    firmwareDrift: oneOf(['off', 'notify', 'follow'], value['firmwareDrift']),
    networks: isTexts(networks) && networks.length <= MAX_NETWORKS ? networks : undefined,
  };
}

function oneOf<const T extends string>(words: readonly T[], value: unknown): T | undefined {
  return words.find((word) => word === value);
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function readAlternatives(value: unknown): Alternative[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_ALTERNATIVES) return undefined;
  const alternatives = value.map(readAlternative);
  return alternatives.every((one) => one !== undefined) ? alternatives : undefined;
}

/** One that makes no sense is left out: a grant without its end must not last. */
function readGrants(value: unknown): Grant[] {
  if (!Array.isArray(value)) return [];
  const grants = value.slice(0, MAX_GRANTS).map((one): Grant | undefined => {
    if (!isObject(one)) return undefined;
    const alternative = readAlternative(one['alternative']);
    const { until } = one;
    if (alternative === undefined || typeof until !== 'number') return undefined;
    return Number.isSafeInteger(until) ? { alternative, until } : undefined;
  });
  return grants.filter((one) => one !== undefined);
}

function readAlternative(value: unknown): Alternative | undefined {
  if (!isObject(value)) return undefined;
  const { kind, userAgent, model, match, value: text } = value;
  if (kind === 'device' && typeof userAgent === 'string') return { kind, userAgent };
  if (kind === 'model' && typeof model === 'string') return { kind, model };
  if (kind === 'custom' && typeof text === 'string') {
    if (match === 'exact' || match === 'prefix' || match === 'pattern') return { kind, match, value: text };
  }
  return undefined;
}

function readModel(id: string, value: Record<string, unknown> | undefined): StoredModel | undefined {
  if (value === undefined || !MODEL_ID.test(id)) return undefined;
  if (value['hidden'] === true) return { id, model: undefined };
  const { vendor, model, kind, pattern, matches, rejects } = value;
  const texts = [vendor, model, kind, pattern].every((text) => typeof text === 'string');
  if (!texts || !isTexts(matches) || !isTexts(rejects)) return undefined;
  return { id, model: { id, vendor, model, kind, pattern, matches, rejects } as PhoneModel };
}

function readSettings(value: Record<string, unknown> | undefined): Settings | undefined {
  if (value === undefined) return undefined;
  const { fallback } = value;
  return {
    ...optionsInForce(readOptions(value), DEFAULT_SETTINGS),
    fallback: typeof fallback === 'string' && MODEL_ID.test(fallback) ? fallback : undefined,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}
