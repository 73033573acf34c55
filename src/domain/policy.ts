/** What an operator decided: for one extension, and for all. */
import type { Lock, Mode } from './lock.ts';

/** One extension's own decisions; undefined means it takes the system's. */
export interface ExtensionPolicy {
  readonly lock: Lock | undefined;
  readonly mode: Mode | undefined;
  readonly requireRegistration: boolean | undefined;
}

export const NO_POLICY: ExtensionPolicy = {
  lock: undefined,
  mode: undefined,
  requireRegistration: undefined,
};

/** System-wide decisions. */
export interface Settings {
  readonly mode: Mode;
  readonly requireRegistration: boolean;
  /** The phone model that extensions without a lock of their own inherit; undefined is off. */
  readonly fallback: string | undefined;
}

export const DEFAULT_SETTINGS: Settings = {
  mode: 'enforce',
  requireRegistration: false,
  fallback: undefined,
};
