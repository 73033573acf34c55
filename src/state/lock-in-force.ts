/** Which lock an extension has, by what was decided for it and for all. Pure. */
import type { Grant } from '../domain/grant.ts';
import type { Lock, LockSource } from '../domain/lock.ts';
import { type ExtensionPolicy, type Options, optionsInForce, type Settings } from '../domain/policy.ts';

/** The lock an extension has, where it comes from, and how it is applied. */
export interface LockInForce extends Options {
  readonly source: LockSource;
  readonly lock: Lock | undefined;
  /** What it accepts besides, each until its end; none where no lock is in force. */
  readonly grants: readonly Grant[];
}

/** @param isListed Asterisk has the extension; one that it has no more inherits nothing */
export function lockUnder(settings: Settings, policy: ExtensionPolicy, isListed: boolean): LockInForce {
  const options = optionsInForce(policy, settings);
  const { grants = [] } = policy;
  if (policy.lock !== undefined) return { source: 'own', lock: policy.lock, grants, ...options };
  const { fallback } = settings;
  if (fallback !== undefined && isListed) {
    const lock: Lock = { alternatives: [{ kind: 'model', model: fallback }] };
    return { source: 'fallback', lock, grants, ...options };
  }
  return { source: 'none', lock: undefined, grants: [], ...options };
}
