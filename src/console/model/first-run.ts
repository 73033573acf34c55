/** The way from an empty box to protection: where it stands, and what each extension would be locked to. Pure. */
import type { OverviewRow, SettingsView } from '../api/shapes.ts';

export type Step = 'look' | 'lock' | 'monitor' | 'enforce';

export interface Proposal {
  readonly row: OverviewRow;
  /** undefined where it cannot be locked to the phone it has now, and why not. */
  readonly userAgent: string | undefined;
  readonly why: string;
}

export function stepOf(rows: readonly OverviewRow[], settings: SettingsView): Step {
  const locked = rows.filter(({ lock }) => lock.source !== 'none').length;
  if (rows.length === 0) return 'look';
  if (locked === 0) return 'lock';
  return settings.mode === 'monitor' ? 'monitor' : 'enforce';
}

/** What "lock every extension to the phone it has now" would do to each that has no lock of its own. */
export function proposalsOf(rows: readonly OverviewRow[]): Proposal[] {
  return rows.filter(({ lock }) => lock.source !== 'own').map(proposalOf);
}

function proposalOf(row: OverviewRow): Proposal {
  const refuse = (why: string) => ({ row, userAgent: undefined, why });
  const devices = new Set(row.contacts.map(({ userAgent }) => userAgent));
  const [only] = devices;
  if (row.contacts.length === 0) return refuse('No phone is registered');
  if (devices.size > 1) return refuse('Several different phones are registered: choose on its page');
  if (row.contacts.some((contact) => contact.userAgentFault !== null))
    return refuse('Its User-Agent is malformed');
  if (only === undefined || only === null) return refuse('Its phone sends no User-Agent');
  return { row, userAgent: only, why: row.known === false ? 'Unknown device: look twice' : '' };
}
