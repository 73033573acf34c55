/**
 * Devices that an extension accepts for a time. A grant ends for the next call by the clock alone; here it is cleared
 * away, judged anew and announced. One timer runs, to the next end and never for long: the clock may be set meanwhile.
 */
import { Fault } from '../domain/fault.ts';
import { addGrants, type Grant, LONGEST_GRANT, MAX_GRANTS, showGrant, unexpired } from '../domain/grant.ts';
import { type Alternative, sameAlternative } from '../domain/lock.ts';
import { type ExtensionPolicy, isEmptyPolicy } from '../domain/policy.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Logger } from '../log/logger.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import { capture } from './new-lock.ts';
import type { Operator } from './operator.ts';
import type { Turn } from './turn.ts';

export interface GrantsOptions {
  readonly table: ExtensionTable;
  readonly operator: Operator;
  readonly events: Pick<EventLog, 'note'>;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface GrantRequest {
  /** `this-device` captures what is registered and not accepted by the lock, else what is registered. */
  readonly alternatives: readonly (Alternative | { readonly kind: 'this-device' })[];
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** The longest wait between two looks, in milliseconds. */
const LOOK_EVERY = 30_000;

export class Grants {
  readonly #options: GrantsOptions;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = true;

  constructor(options: GrantsOptions) {
    this.#options = options;
  }

  /** From now on grants are cleared away as they end. */
  start(): void {
    this.#isStopped = false;
    void this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Adds to what was granted before; the same alternative gets the new end. Rejects with a {@link Fault}. */
  async add(extension: string, request: GrantRequest, who: string): Promise<void> {
    const { operator, table, now } = this.#options;
    await operator.inTurn(async (turn) => {
      turn.checkExtension(extension);
      checkEnd(request.until, now());
      const added = request.alternatives.map((one) => ({
        alternative: this.#alternative(extension, one, turn),
        until: request.until,
      }));
      const was = table.policy(extension);
      const grants = addGrants(unexpired(was.grants, now()), added);
      if (grants.length > MAX_GRANTS) {
        throw new Fault(
          'too-many-alternatives',
          `An extension has at most ${MAX_GRANTS} grants; this one would have ${grants.length}.`,
          `Take them back first: device-lock grant ${extension} --remove`,
        );
      }
      await turn.setPolicies(new Map([[extension, { ...was, grants }]]), 'grant', who);
    });
    this.#schedule();
  }

  /**
   * Takes grants back; returns how many of them still counted.
   * @param alternatives undefined: all of them
   */
  remove(extension: string, who: string, alternatives?: readonly Alternative[]): Promise<number> {
    const { operator, table, now } = this.#options;
    const isMeant = ({ alternative }: Grant) =>
      alternatives === undefined || alternatives.some((one) => sameAlternative(one, alternative));
    return operator.inTurn(async (turn) => {
      turn.checkExtension(extension);
      const was = table.policy(extension);
      const meant = (was.grants ?? []).filter(isMeant);
      if (meant.length === 0) return 0;
      const left = (was.grants ?? []).filter((one) => !isMeant(one));
      await turn.setPolicies(new Map([[extension, withGrants(was, left)]]), 'grant-remove', who);
      return unexpired(meant, now()).length;
    });
  }

  /** Clears away what is over. Never rejects: what could not be saved is tried again at the next look. */
  async sweep(): Promise<void> {
    const { table, now, logger } = this.#options;
    for (const extension of [...table.grantHolders]) {
      if (!this.#isOver(extension, now())) continue;
      try {
        await this.#options.operator.inTurn((turn) => this.#expire(extension, turn));
      } catch (error) {
        logger.warn(
          { err: error, extension },
          'a grant that is over could not be cleared away; trying again',
        );
      }
    }
  }

  async #expire(extension: string, turn: Turn): Promise<void> {
    const { table, events, now } = this.#options;
    const at = now();
    const was = table.policy(extension);
    const over = (was.grants ?? []).filter(({ until }) => until <= at);
    if (over.length === 0) return;
    try {
      const left = withGrants(was, unexpired(was.grants, at));
      await turn.setPolicies(new Map([[extension, left]]), 'grant-expired', 'service');
    } catch (error) {
      // It counts no more, on disk or not.
      await turn.judgeAnew(extension);
      throw error;
    }
    events.note('grant-expired', { extension, grants: over.map(showGrant) });
  }

  #isOver(extension: string, at: number): boolean {
    return (this.#options.table.policy(extension).grants ?? []).some(({ until }) => until <= at);
  }

  #alternative(extension: string, asked: GrantRequest['alternatives'][number], turn: Turn): Alternative {
    const { table } = this.#options;
    if (asked.kind !== 'this-device') {
      turn.checkAlternative(asked);
      return asked;
    }
    const contacts = table.contacts(extension);
    const foreign = contacts.filter(({ matches }) => matches === false);
    const meant = foreign.length > 0 ? foreign : contacts;
    return capture(
      extension,
      meant.map(({ contact }) => contact.userAgent),
    );
  }

  /** To the next end that is to come; what is over and could not be cleared away waits for the next look. */
  #schedule(): void {
    if (this.#isStopped) return;
    const { table, now } = this.#options;
    clearTimeout(this.#timer);
    const at = now();
    let wait = LOOK_EVERY;
    for (const extension of table.grantHolders) {
      for (const { until } of table.policy(extension).grants ?? []) {
        if (until > at) wait = Math.min(wait, until - at);
      }
    }
    this.#timer = setTimeout(() => void this.#look(), wait);
  }

  async #look(): Promise<void> {
    await this.sweep();
    this.#schedule();
  }
}

function checkEnd(until: number, now: number): void {
  if (until > now && until <= now + LONGEST_GRANT) return;
  throw new Fault(
    'malformed',
    until > now ? 'A grant lasts a year at the most.' : 'That end is over already.',
    'Such as: --for 3d, --until friday, --until "2026-11-27 18:00"',
  );
}

/** @returns undefined where nothing is left to keep */
function withGrants(was: ExtensionPolicy, left: readonly Grant[]): ExtensionPolicy | undefined {
  const { grants: _, ...rest } = was;
  const policy = left.length === 0 ? rest : { ...rest, grants: left };
  return isEmptyPolicy(policy) ? undefined : policy;
}
