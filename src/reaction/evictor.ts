/**
 * Removes the contact of a wrong device that was seen registering, and puts back what it displaced. Only in `enforce`, only
 * where the operator wants it, only while locks and contacts are certain, and never because of an address: the User-Agent
 * is what is wrong. It looks at memory again in the moment it acts, so a phone that came right meanwhile is left alone.
 */
import { type Asterisk, AsteriskError, type StoredContact } from '../asterisk/port.ts';
import type { Contact } from '../domain/contact.ts';
import { sameUserAgent } from '../domain/user-agent.ts';
import type { Standing } from '../domain/verdict.ts';
import { LineBudget } from '../log/line-budget.ts';
import type { Logger } from '../log/logger.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import { isOutside } from '../state/network-book.ts';
import { aorOf } from '../tracker/tracker.ts';
import { FightRate } from './fight-rate.ts';
import type { Keepsakes } from './keepsakes.ts';

/** Whether something may be done by itself against wrong devices of an extension, as things are now. */
export type MayAct = (extension: string, option: 'evict' | 'hangUp') => boolean;

export interface EvictorOptions {
  readonly table: ExtensionTable;
  readonly mayAct: MayAct;
  readonly keepsakes: Pick<Keepsakes, 'displaced'>;
  readonly asterisk: Pick<Asterisk, 'takeBack' | 'connected'>;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onSent: (evicted: readonly Contact[], restoring: readonly StoredContact[]) => void;
  readonly onDone: (aor: string, evicted: readonly Contact[], restored: readonly Contact[]) => void;
  readonly onFailed: (evicted: readonly Contact[]) => void;
}

/** Extensions where something waits to be done. */
const MAX_WAITING = 10_000;
const TRY_AGAIN_MS = 500;
const MAX_TRIES = 5;
/** A fight that was this quiet is a new one, and its limit is told again. Milliseconds. */
const FIGHT_IS_OVER = 60_000;
/** What goes on in a fight is told once in so many milliseconds, for each extension. */
const QUIET_FOR = 60_000;

export class Evictor {
  readonly #options: EvictorOptions;
  readonly #rate = new FightRate();
  /** Extension → the contacts whose wrong REGISTER was seen and that were not dealt with yet. */
  readonly #seen = new Map<string, Set<string>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #tries = new Map<string, number>();
  /** Extension → when it was last limited. */
  readonly #limited = new Map<string, number>();
  readonly #lines = new LineBudget(1, QUIET_FOR);
  /** Nothing was missed since the last list. */
  #isCurrent = true;
  #isStopped = false;

  constructor(options: EvictorOptions) {
    this.#options = options;
  }

  /** Extensions whose evictions are held back now. */
  get held(): number {
    return this.#timers.size;
  }

  /** A REGISTER of a wrong device came for each of these contacts. */
  sawWrong(extension: string, ids: readonly string[]): void {
    const { table, mayAct } = this.#options;
    if (!table.loaded || !mayAct(extension, 'evict')) return;
    const seen = this.#seen.get(extension) ?? new Set<string>();
    if (!this.#seen.has(extension) && this.#seen.size >= MAX_WAITING) return;
    for (const id of ids) seen.add(id);
    this.#seen.set(extension, seen);
    this.#try(extension);
  }

  /** The connection is gone: nothing is removed by what was known before. */
  onDown(): void {
    this.#isCurrent = false;
  }

  /** Everything was listed: what had to wait for that is done. */
  onListed(): void {
    this.#isCurrent = true;
    for (const extension of [...this.#seen.keys()]) this.#try(extension);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#seen.clear();
  }

  #try(extension: string): void {
    const { table, asterisk, mayAct, now } = this.#options;
    if (this.#timers.has(extension)) return;
    if (!this.#isCurrent || !table.contactsListed || !asterisk.connected) return;
    if (!mayAct(extension, 'evict')) {
      this.#seen.delete(extension);
      return;
    }
    const wait = this.#rate.take(extension, now());
    if (wait > 0) {
      this.#tellLimit(extension);
      this.#later(extension, wait);
      return;
    }
    const seen = this.#seen.get(extension) ?? new Set();
    this.#seen.delete(extension);
    this.#act(extension, seen);
  }

  #act(extension: string, seen: ReadonlySet<string>): void {
    const { table } = this.#options;
    const standing = table.standingOf(extension);
    if (typeof standing !== 'object') return;
    const contacts = table.contacts(extension);
    const wrong = contacts.flatMap(({ contact, matches }) =>
      matches === false && seen.has(contact.id) && !standing.accepts(contact.userAgent) ? contact : [],
    );
    const right = contacts.flatMap(({ contact, matches }) => (matches === true ? contact : []));
    for (const aor of new Set([...seen].map(aorOf))) {
      const evicted = wrong.filter(({ id }) => aorOf(id) === aor);
      // A thief that has left again has displaced one contact, too.
      const room = Math.max(1, evicted.length);
      const restoring = this.#restorable(standing, extension, aor, right).slice(-room);
      if (evicted.length + restoring.length > 0) void this.#takeBack(extension, aor, evicted, restoring);
    }
  }

  /** What the lock still accepts, and whose phone is not back by itself. */
  #restorable(
    { accepts, isWithin }: Standing,
    extension: string,
    aor: string,
    right: readonly Contact[],
  ): StoredContact[] {
    return this.#options.keepsakes
      .displaced(extension)
      .filter(({ contact }) => aorOf(contact.id) === aor && accepts(contact.userAgent))
      .filter(({ contact }) => !isOutside(contact, isWithin))
      .filter(({ contact }) => !right.some((live) => live.id === contact.id || isSamePhone(live, contact)));
  }

  async #takeBack(
    extension: string,
    aor: string,
    evicted: readonly Contact[],
    restoring: readonly StoredContact[],
  ): Promise<void> {
    const { asterisk, onSent, onDone, onFailed } = this.#options;
    onSent(evicted, restoring);
    const inPlace = new Set(restoring.map(({ contact }) => contact.id));
    const removed = evicted.map(({ id }) => id).filter((id) => !inPlace.has(id));
    try {
      const restored = new Set(await asterisk.takeBack(aor, removed, restoring));
      // What the phone's own record was to take the place of, and did not.
      const still = evicted.map(({ id }) => id).filter((id) => inPlace.has(id) && !restored.has(id));
      if (still.length > 0) await asterisk.takeBack(aor, still, []);
      this.#tries.delete(extension);
      const back = restoring.map(({ contact }) => contact).filter(({ id }) => restored.has(id));
      if (back.length < restoring.length) this.#tellLost(extension);
      onDone(aor, evicted, back);
    } catch (error) {
      onFailed(evicted);
      this.#failed(error, extension, evicted);
    }
  }

  /** What was seen stays seen: it is tried again, and after a lost connection when everything was listed anew. */
  #failed(error: unknown, extension: string, evicted: readonly Contact[]): void {
    const { logger } = this.#options;
    if (!(error instanceof AsteriskError)) throw error;
    const tries = (this.#tries.get(extension) ?? 0) + 1;
    if (tries > MAX_TRIES) {
      this.#tries.delete(extension);
      logger.error(
        { err: error, extension },
        'a wrong device could not be evicted; its next REGISTER is tried again',
      );
      return;
    }
    if (this.#tries.size < MAX_WAITING) this.#tries.set(extension, tries);
    const seen = this.#seen.get(extension) ?? new Set<string>();
    for (const { id } of evicted) seen.add(id);
    this.#seen.set(extension, seen);
    this.#later(extension, TRY_AGAIN_MS * tries);
  }

  #later(extension: string, ms: number): void {
    if (this.#isStopped || this.#timers.has(extension)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(extension);
      this.#try(extension);
    }, ms);
    this.#timers.set(extension, timer);
  }

  #tellLost(extension: string): void {
    const { logger, now } = this.#options;
    if (!this.#lines.take(extension, now())) return;
    logger.warn(
      { extension },
      'a displaced contact could not be put back; its phone registers anew by itself',
    );
  }

  #tellLimit(extension: string): void {
    const now = this.#options.now();
    const last = this.#limited.get(extension);
    if (this.#limited.size >= MAX_WAITING) this.#limited.clear();
    this.#limited.set(extension, now);
    if (last !== undefined && now - last < FIGHT_IS_OVER) return;
    this.#options.logger.warn(
      { event: 'eviction-limited', extension },
      'a wrong device registers so often that its evictions are limited',
    );
  }
}

/** It registered again by itself, with another contact. */
function isSamePhone(live: Contact, gone: Contact): boolean {
  const [a, b] = [live.source?.address.ip, gone.source?.address.ip];
  return a === b && sameUserAgent(live.userAgent, gone.userAgent);
}
