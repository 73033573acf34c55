/**
 * What becomes of violations: weighs each contact against the lock in force, and passes on every violation that opened,
 * counted or ended, to the database (trailing) and the log. The book alone knows which are open.
 */
import { showAddress } from '../domain/address.ts';
import type { Contact } from '../domain/contact.ts';
import { showUserAgent } from '../domain/user-agent.ts';
import type { DenyReason } from '../domain/verdict.ts';
import type { Violation, ViolationEnd } from '../domain/violation.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Logger } from '../log/logger.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import { seenIp } from '../state/firmware-watch.ts';
import type { ViolationBook, ViolationChange } from '../state/violation-book.ts';
import type { Store } from '../store/store.ts';

export interface ViolationsOptions {
  readonly table: ExtensionTable;
  readonly book: ViolationBook;
  readonly store: Pick<Store, 'putViolation'>;
  readonly events: EventLog;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A right device of this extension was outside the networks it may be in. */
  readonly onOutside?: (extension: string) => void;
}

export class Violations {
  readonly #options: ViolationsOptions;

  constructor(options: ViolationsOptions) {
    this.#options = options;
  }

  /**
   * What a contact opens, counts or ends.
   * @param matches undefined where no lock is in force
   * @param isRegister a REGISTER of it came just now
   * @param end how the violation that it held ends, where it is right
   */
  weigh(
    contact: Contact,
    matches: boolean | undefined,
    isRegister: boolean,
    end: ViolationEnd,
  ): ViolationChange[] {
    const { book, table, now } = this.#options;
    if (matches !== false) {
      const ended = book.contactEnded(contact, end, now());
      return matches === true ? [...ended, ...book.rightRegistered(contact, now())] : ended;
    }
    const { mode } = table.lockInForce(contact.extension);
    const reason = this.#reasonAgainst(contact);
    if (reason === 'wrong-network') this.#options.onOutside?.(contact.extension);
    return isRegister
      ? book.sawRegister(contact, reason, mode, now())
      : book.holds(contact, reason, mode, now());
  }

  /** Stores and announces; true where a violation was opened. */
  report(changes: readonly ViolationChange[]): boolean {
    const { store, events, logger } = this.#options;
    for (const { change, violation } of changes) {
      store.putViolation(violation);
      events.violation(change, violation);
      if (change === 'opened' && violation.reason === 'newer-firmware') this.#sayUpdate(violation);
      if (change === 'counted') {
        const { extension, userAgent, address } = violation;
        const from = address === undefined ? undefined : showAddress(address);
        logger.debug({ extension, userAgent: showUserAgent(userAgent), from }, 'violation seen again');
      }
    }
    return changes.some(({ change }) => change === 'opened');
  }

  #reasonAgainst(contact: Contact): DenyReason {
    const { extension, userAgent, callId } = contact;
    const { table } = this.#options;
    if (userAgent.kind === 'absent') return 'no-user-agent';
    if (userAgent.kind === 'malformed') return 'malformed-user-agent';
    const standing = table.standingOf(extension);
    if (typeof standing === 'object' && standing.accepts(userAgent)) return 'wrong-network';
    const update = table.updateOf(extension, userAgent, { ip: seenIp(contact), callId });
    return update === undefined ? 'wrong-device' : 'newer-firmware';
  }

  #sayUpdate({ extension, userAgent, address, id }: Violation): void {
    this.#options.events.note('looks-like-firmware-update', {
      ...{ extension, violation: id, device: showUserAgent(userAgent) },
      from: address === undefined ? undefined : showAddress(address),
      hint: `If it is your phone: ${acceptCommand(extension)}`,
    });
  }
}

/** What accepts a device that registered after its update. The device's own words are no part of it. */
function acceptCommand(extension: string): string {
  return `device-lock lock ${extension} --this-device --add`;
}
