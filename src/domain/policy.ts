/**
 * What an operator decided: for one extension, and for all. An option is decided for the whole system, and an extension
 * may have a decision of its own instead.
 */
import type { Grant } from './grant.ts';
import type { Lock, Mode } from './lock.ts';

/** What becomes of a `device` lock when its phone comes back with a newer firmware. */
export type FirmwareDrift =
  /** It is another device. */
  | 'off'
  /** It is another device, and is announced as what looks like an update. */
  | 'notify'
  /** It is accepted, and the lock moves to it. */
  | 'follow';

export interface Options {
  readonly mode: Mode;
  /** A call needs a live matching contact at its own source address. */
  readonly requireRegistration: boolean;
  /** The contact of a wrong device is removed, and what it displaced is put back. */
  readonly evict: boolean;
  /** Calls in progress that the contact of a wrong device holds are ended. */
  readonly hangUp: boolean;
  /** Without a lock, the first device that is seen becomes it. */
  readonly firstUse: boolean;
  readonly firmwareDrift: FirmwareDrift;
  /** Where REGISTERs and calls may come from: networks and host names, at most {@link MAX_NETWORKS}; none is anywhere. */
  readonly networks: readonly string[];
}

/** The most networks that one decision may name. */
export const MAX_NETWORKS = 16;
/** The longest text, in characters, of one network. */
export const MAX_NETWORK_TEXT = 80;

/** An extension's own decisions; undefined means it takes the system's. */
export type OwnOptions = { readonly [K in keyof Options]: Options[K] | undefined };

export interface ExtensionPolicy extends OwnOptions {
  readonly lock: Lock | undefined;
  /** Further alternatives of the lock in force, each with an end; not there where there is none. */
  readonly grants?: readonly Grant[];
}

/** System-wide decisions. */
export interface Settings extends Options {
  /** The phone model that extensions without a lock of their own inherit; undefined is off. */
  readonly fallback: string | undefined;
}

const NO_OPTIONS: OwnOptions = {
  mode: undefined,
  requireRegistration: undefined,
  evict: undefined,
  hangUp: undefined,
  firstUse: undefined,
  firmwareDrift: undefined,
  networks: undefined,
};

export const OPTION_NAMES = Object.keys(NO_OPTIONS) as readonly (keyof Options)[];

export const NO_POLICY: ExtensionPolicy = { lock: undefined, ...NO_OPTIONS };

export const DEFAULT_SETTINGS: Settings = {
  mode: 'enforce',
  requireRegistration: false,
  evict: false,
  hangUp: false,
  firstUse: false,
  firmwareDrift: 'off',
  networks: [],
  fallback: undefined,
};

/** Nothing at all was decided. */
export function isEmptyPolicy(policy: ExtensionPolicy): boolean {
  if (policy.grants !== undefined) return false;
  return policy.lock === undefined && OPTION_NAMES.every((name) => policy[name] === undefined);
}

/** The options of one extension: its own decision each, else the system's. */
export function optionsInForce(own: OwnOptions, system: Options): Options {
  return {
    mode: own.mode ?? system.mode,
    requireRegistration: own.requireRegistration ?? system.requireRegistration,
    evict: own.evict ?? system.evict,
    hangUp: own.hangUp ?? system.hangUp,
    firstUse: own.firstUse ?? system.firstUse,
    firmwareDrift: own.firmwareDrift ?? system.firmwareDrift,
    networks: own.networks ?? system.networks,
  };
}
