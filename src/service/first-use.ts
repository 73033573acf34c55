/**
 * Locks extensions that have no lock to the first device that registers, where an operator wants that. It decides
 * nothing itself (see the domain), changes nothing but through the operator's queue, and says what it did and what it
 * would not do.
 */
import type { AuditEntry } from '../domain/audit.ts';
import type { Contact } from '../domain/contact.ts';
import { type FirstUse, judgeFirstUse, SEEN_WITHIN_MS } from '../domain/first-use.ts';
import type { Sighting } from '../domain/sighting.ts';
import { showUserAgent } from '../domain/user-agent.ts';
import type { EventLog } from '../log/event-log.ts';
import type { Logger } from '../log/logger.ts';
import type { Operator } from '../operator/operator.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { Store } from '../store/store.ts';

export interface FirstUseOptions {
  readonly table: ExtensionTable;
  readonly operator: Pick<Operator, 'amend'>;
  readonly store: Pick<Store, 'sightings' | 'audit'>;
  readonly events: EventLog;
  readonly logger: Logger;
  readonly isAttackTool: (userAgent: string) => boolean;
  readonly isUpdateOf: (seen: string, before: string) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Who it is in the audit trail. */
const WHO = 'first-use';
/** Of one extension's history. */
const MOST = 100;
/** An attacker who varies must not fill anybody's mailbox. */
const SAY_AGAIN_MS = 3_600_000;
/** After these an extension is to have a new first device. */
const BEGIN_ANEW: readonly string[] = ['unlock', 'forget', 'rename'];
/** Devices named in one announcement. */
const MOST_NAMED = 5;

interface History {
  readonly seen: readonly Sighting[];
  readonly isSeenWhole: boolean;
  readonly since: number;
}

export class FirstUseLock {
  readonly #options: FirstUseOptions;
  /** Being decided, and whether a REGISTER came meanwhile. */
  readonly #underWay = new Map<string, boolean>();
  /** Extension → refusal → when it was said: not with every REGISTER. */
  readonly #said = new Map<string, Map<string, number>>();

  constructor(options: FirstUseOptions) {
    this.#options = options;
  }

  /** A REGISTER came at this extension. Returns at once. */
  onRegister(extension: string): void {
    if (!this.#isOpen(extension)) {
      this.#said.delete(extension);
      return;
    }
    if (this.#underWay.has(extension)) {
      this.#underWay.set(extension, true);
      return;
    }
    void this.#decide(extension);
  }

  /** It waits for its first device; never while nobody knows what is registered. */
  #isOpen(extension: string): boolean {
    const { table } = this.#options;
    if (!table.loaded || !table.contactsListed || !table.isListed(extension)) return false;
    return table.policy(extension).lock === undefined && table.lockInForce(extension).firstUse;
  }

  async #decide(extension: string): Promise<void> {
    const { operator, logger } = this.#options;
    this.#underWay.set(extension, false);
    try {
      const history = await this.#historyOf(extension);
      const judgement = this.#judge(extension, history);
      if (judgement?.kind === 'decline') this.#decline(extension, judgement.why);
      if (judgement?.kind !== 'take') return;
      const isTaken = await operator.amend(extension, 'lock', WHO, (was) => {
        // Its turn has come: somebody may have locked it meanwhile, or another device may have come.
        const now = this.#isOpen(extension) ? this.#judge(extension, history) : undefined;
        if (now?.kind !== 'take' || now.userAgent !== judgement.userAgent) return undefined;
        return { ...was, lock: { alternatives: [{ kind: 'device', userAgent: now.userAgent }] } };
      });
      if (isTaken) this.#announceTaken(extension, judgement.userAgent);
    } catch (error) {
      logger.warn({ err: error, extension }, 'first use: not locked; the next REGISTER tries again');
    } finally {
      const again = this.#underWay.get(extension) === true;
      this.#underWay.delete(extension);
      if (again) this.onRegister(extension);
    }
  }

  async #historyOf(extension: string): Promise<History> {
    const { store, now } = this.#options;
    const [seen, audit] = await Promise.all([
      store.sightings({ extension, limit: MOST }),
      store.audit({ target: extension, limit: MOST }),
    ]);
    const begun = audit.find(({ action }: AuditEntry) => BEGIN_ANEW.includes(action))?.at ?? 0;
    const since = Math.max(begun, now() - SEEN_WITHIN_MS);
    const isSeenWhole = seen.length < MOST || (seen.at(-1)?.lastSeen ?? since) < since;
    return { seen, isSeenWhole, since };
  }

  #judge(extension: string, { seen, isSeenWhole, since }: History): FirstUse | undefined {
    const { table, isAttackTool, isUpdateOf } = this.#options;
    const live = table.contacts(extension);
    // The fallback, where one is in force, has its say: what it refuses is a violation already.
    if (live.some(({ matches }) => matches === false)) return undefined;
    const { networks } = table.lockInForce(extension);
    const registered = live.map(({ contact }) => ({
      userAgent: contact.userAgent,
      isWithin: networks.length === 0 || this.#isSeenWithin(contact),
    }));
    return judgeFirstUse({ registered, seen, isSeenWhole, since, isAttackTool, isUpdateOf });
  }

  #isSeenWithin({ extension, source }: Contact): boolean {
    if (source === undefined || source.proof === 'claimed') return false;
    return this.#options.table.isWithin(extension, source.address.ip);
  }

  #announceTaken(extension: string, device: string): void {
    this.#said.delete(extension);
    this.#options.events.note('first-use-locked', { extension, device });
  }

  #decline(extension: string, why: string): void {
    const { table, events, now } = this.#options;
    const said = this.#said.get(extension) ?? new Map<string, number>();
    if (now() - (said.get(why) ?? 0) < SAY_AGAIN_MS) return;
    this.#said.set(extension, said.set(why, now()));
    const devices = new Set(table.contacts(extension).map(({ contact }) => showUserAgent(contact.userAgent)));
    const named = [...devices].sort().slice(0, MOST_NAMED);
    const hint = `Choose with: device-lock lock ${extension} --this-device, or --exact`;
    events.note('first-use-declined', { extension, why, devices: named, hint });
  }
}
