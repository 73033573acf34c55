/** One extension as memory has it. */
import { type ExtensionPolicy, NO_POLICY } from '../domain/policy.ts';
import type { JudgedContact, StandingOf } from '../domain/verdict.ts';
import type { FirmwareWatch } from './firmware-watch.ts';
import { GoneContacts } from './gone-contacts.ts';

export interface Row {
  readonly name: string;
  label: string | undefined;
  /** Asterisk lists it as an extension. */
  listed: boolean;
  policy: ExtensionPolicy;
  contacts: readonly JudgedContact[];
  readonly gone: GoneContacts;
  /** For locks that may follow a firmware; undefined until there is something to remember. */
  firmware: FirmwareWatch | undefined;
  standing: ReturnType<StandingOf>;
  /** The table's version `standing` and the contacts were judged at. */
  version: number;
}

export function newRow(name: string): Row {
  return {
    ...{ name, label: undefined, listed: false, policy: NO_POLICY, contacts: [] },
    ...{ gone: new GoneContacts(), firmware: undefined, standing: 'no-extension', version: 0 },
  };
}

/** Nothing is known of it any more. */
export function isEmptyRow({ listed, policy, contacts }: Row): boolean {
  return !listed && policy === NO_POLICY && contacts.length === 0;
}
