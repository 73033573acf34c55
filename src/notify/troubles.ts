/** What counts as trouble of the service itself, and the words for it. Pure. */
import type { Finding } from '../doctor/finding.ts';
import type { StoreHealth } from '../store/store.ts';
import type { Trouble } from './conditions.ts';

/** What is looked at. */
export interface Signs {
  readonly isAsteriskConnected: boolean;
  readonly isAstdbInStep: boolean;
  /** Sessions at the gate that ended without a good answer, since the start and in the last minute. */
  readonly gateFaults: number;
  readonly faultsPerMinute: number;
  /** Faults of the service's own in the gate, since the start. */
  readonly gateBugs: number;
  readonly store: StoreHealth;
  /** Records given up since the last look. */
  readonly droppedWrites: number;
}

const MANY_FAULTS = 20;
const NO_SPACE = 50_000_000;

const SEE = 'See:  device-lock doctor';

export function troublesOf(signs: Signs, asteriskAwayAfter: number): Trouble[] {
  const { isAsteriskConnected, isAstdbInStep, faultsPerMinute, gateBugs, store, droppedWrites } = signs;
  const all: (Trouble | false)[] = [
    !isAsteriskConnected && {
      ...{ key: 'asterisk', severity: 'critical', after: asteriskAwayAfter },
      title: 'Asterisk is away',
      detail: 'Registrations are not followed. Calls are judged by what was known before.',
      actions: ['Is Asterisk running?  systemctl status asterisk; device-lock doctor'],
    },
    // Without Asterisk nothing can be in step.
    isAsteriskConnected &&
      !isAstdbInStep && {
        ...{ key: 'astdb', severity: 'critical', after: 120_000 },
        title: 'AstDB is out of step',
        detail: 'Where the service gave no answer, the dialplan would decide by old entries.',
        actions: [SEE],
      },
    faultsPerMinute >= MANY_FAULTS && {
      ...{ key: 'gate-faults', severity: 'critical', after: 0 },
      title: 'Many questions of the dialplan end without an answer',
      detail: `${faultsPerMinute} in a minute. Those calls are left to the dialplan, or it was a stranger at the port.`,
      actions: [SEE],
    },
    gateBugs > 0 && {
      ...{ key: 'gate-bug', severity: 'critical', after: 0 },
      title: 'A fault of the service itself left calls to the dialplan',
      detail: `${gateBugs} since the start. The log has each of them whole.`,
      actions: ['Please report it, with the lines of the log that say gate-bug.'],
    },
    store.failure !== undefined && {
      ...{ key: 'database', severity: 'critical', after: 30_000 },
      title: 'The database cannot be written',
      detail: `${store.failure}. Calls are judged all the same; records wait in memory.`,
      actions: ['Make room or mend the disk.', SEE],
    },
    droppedWrites > 0 && {
      ...{ key: 'records-lost', severity: 'warning', after: 0 },
      title: 'Records were lost: too many waited for the disk',
      detail: `${store.dropped} since the start. Locks are not affected.`,
      actions: [SEE],
    },
    store.failure === undefined &&
      store.freeBytes < NO_SPACE && {
        ...{ key: 'disk-space', severity: 'critical', after: 30_000 },
        title: 'The disk of the database is nearly full',
        detail: `${Math.round(store.freeBytes / 1_000_000)} MB are left where ${store.path} lies.`,
        actions: ['Make room: old recordings and logs are the usual cause.'],
      },
  ];
  return all.filter((one) => one !== false);
}

/** The doctor's checks whose trouble is told without him, and sooner. */
const COVERED: Readonly<Record<string, string>> = {
  asterisk: 'asterisk',
  astdb: 'astdb',
  database: 'database',
};
/** What is broken for want of Asterisk is told as that. */
const NEEDS_ASTERISK = ['asterisk', 'events', 'contacts', 'astdb', 'dialplan'];

/**
 * What the doctor found broken, unless it is told already.
 * @param told what the quicker look found
 */
export function doctorTroubles(findings: readonly Finding[], told: readonly Trouble[]): Trouble[] {
  const keys = new Set(told.map(({ key }) => key));
  return findings
    .filter(({ check, state }) => {
      if (state !== 'broken' || check.startsWith('alerts')) return false;
      if (keys.has('asterisk') && NEEDS_ASTERISK.includes(check)) return false;
      const covered = COVERED[check];
      return covered === undefined || !keys.has(covered);
    })
    .map(({ check, what, cure }) => ({
      ...{ key: `doctor-${check}`, severity: 'critical', after: 45_000 },
      title: `The doctor finds the ${check} broken`,
      detail: what,
      actions: [cure ?? SEE, SEE],
    }));
}
