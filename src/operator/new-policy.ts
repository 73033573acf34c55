/** What an extension's policy becomes by what an operator asks for it. Pure; refuses what makes none with a Fault. */
import { Fault } from '../domain/fault.ts';
import type { Alternative } from '../domain/lock.ts';
import {
  type ExtensionPolicy,
  isEmptyPolicy,
  NO_POLICY,
  OPTION_NAMES,
  type Options,
  type OwnOptions,
} from '../domain/policy.ts';
import type { UserAgent } from '../domain/user-agent.ts';
import { checkNetworks } from './checks.ts';
import { capture, combine } from './new-lock.ts';

export type OptionsRequest = { readonly [K in keyof Options]?: Options[K] | null | undefined };

/** What an operator asks for one extension; what is undefined stays as it is, `null` goes back to the system's. */
export interface PolicyRequest extends OptionsRequest {
  /** `this-device` captures what the extension's phone is registered with. */
  readonly alternatives?: readonly (Alternative | { readonly kind: 'this-device' })[] | undefined;
  /** Adds to the lock instead of replacing it. */
  readonly add?: boolean | undefined;
}

/** The same for one of many. */
export interface BulkRequest extends PolicyRequest {
  /** Takes its own lock away. */
  readonly unlock?: boolean | undefined;
  /** Ends its open violations. */
  readonly clear?: boolean | undefined;
}

/** What the new policy is made on. */
export interface Ground {
  readonly extension: string;
  readonly was: ExtensionPolicy;
  /** The User-Agents of its live contacts. */
  readonly registered: () => readonly UserAgent[];
  /** Throws where the alternative cannot be. */
  readonly check: (alternative: Alternative) => void;
}

export function newPolicy(request: BulkRequest, ground: Ground): ExtensionPolicy {
  const { alternatives, add, unlock } = request;
  const { was } = ground;
  if (unlock === true && alternatives !== undefined) {
    throw new Fault('malformed', 'A lock is asked for, and none.', 'Ask for unlock, or for alternatives.');
  }
  checkNetworks(request.networks ?? []);
  const asked = (alternatives ?? []).map((one) => made(one, ground));
  const locked = alternatives === undefined ? was.lock : combine(add === true ? was.lock : undefined, asked);
  const grants = was.grants === undefined ? {} : { grants: was.grants };
  const lock = unlock === true ? undefined : locked;
  const policy = { ...mergedOptions(request, was), ...grants, lock };
  return isEmptyPolicy(policy) ? NO_POLICY : policy;
}

/** Something of the policy is asked for. */
export function asksForPolicy({ clear: _, ...rest }: BulkRequest): boolean {
  return Object.values(rest).some((value) => value !== undefined);
}

function made(
  asked: Alternative | { readonly kind: 'this-device' },
  { extension, registered, check }: Ground,
): Alternative {
  const alternative = asked.kind === 'this-device' ? capture(extension, registered()) : asked;
  check(alternative);
  return alternative;
}

function mergedOptions(asked: OptionsRequest, was: OwnOptions): OwnOptions {
  const merged = OPTION_NAMES.map((name) => [name, asked[name] === undefined ? was[name] : asked[name]]);
  return Object.fromEntries(
    merged.map(([name, value]) => [name, value ?? undefined]),
  ) as unknown as OwnOptions;
}
