/**
 * Moves a lock to its phone's newer firmware, once that was let through, by the operator's queue: audited, announced, and
 * taken back where the disk refuses. It judges nothing itself.
 */
import { showAddress } from '../domain/address.ts';
import { type Lock, sameAlternative } from '../domain/lock.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Logger } from '../log/logger.ts';
import type { Operator } from '../operator/operator.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { FollowedUpdate } from './registrations.ts';

export interface FirmwareFollowerOptions {
  readonly table: ExtensionTable;
  readonly operator: Pick<Operator, 'amend'>;
  readonly judgeAnew: (extensions: Iterable<string>) => Promise<void>;
  readonly events: EventLog;
  readonly logger: Logger;
}

/** Who it is in the audit trail. */
const WHO = 'firmware-drift';

export class FirmwareFollower {
  readonly #options: FirmwareFollowerOptions;

  constructor(options: FirmwareFollowerOptions) {
    this.#options = options;
  }

  /** Returns at once; until the lock has moved, the table accepts both. */
  follow(update: FollowedUpdate): void {
    void this.#move(update);
  }

  async #move({ extension, from, to, address }: FollowedUpdate): Promise<void> {
    const { table, operator, judgeAnew, events, logger } = this.#options;
    try {
      const hasMoved = await operator.amend(extension, 'lock', WHO, (was) => {
        const lock = was.lock === undefined ? undefined : moved(was.lock, from, to);
        return lock === undefined ? undefined : { ...was, lock };
      });
      if (hasMoved) {
        const place = address === undefined ? undefined : showAddress(address);
        events.note('firmware-followed', { extension, was: from, now: to, from: place });
        return;
      }
    } catch (error) {
      logger.warn(
        { err: error, extension },
        'the lock did not follow the firmware; the next REGISTER tries again',
      );
    }
    table.unfollow(extension);
    await judgeAnew([extension]);
  }
}

/** undefined where the lock has that device no more: somebody decided otherwise. */
function moved({ alternatives }: Lock, from: string, to: string): Lock | undefined {
  const [was, is] = [from, to].map((userAgent) => ({ kind: 'device', userAgent }) as const);
  if (was === undefined || is === undefined) return undefined;
  if (!alternatives.some((one) => sameAlternative(one, was))) return undefined;
  const others = alternatives.filter((one) => !sameAlternative(one, was) && !sameAlternative(one, is));
  return { alternatives: [is, ...others] };
}
