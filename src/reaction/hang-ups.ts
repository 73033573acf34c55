/**
 * Ends calls in progress that the contact of a wrong device holds: those of its endpoint whose other end is where Asterisk's
 * own socket saw the wrong REGISTER come from. Never on a claimed or a likely address, never the right phone's, never a
 * call that is, or may be, an emergency call.
 */
import { type Asterisk, AsteriskError } from '../asterisk/port.ts';
import { type SourceAddress, sameAddress } from '../domain/address.ts';
import type { Contact } from '../domain/contact.ts';
import type { Logger } from '../log/logger.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { MayAct } from './evictor.ts';

export interface HangUpOptions {
  readonly table: ExtensionTable;
  readonly asterisk: Pick<Asterisk, 'channelsOf' | 'hangUp'>;
  readonly logger: Logger;
  readonly mayAct: MayAct;
  readonly onDone: (wrong: Contact, calls: number) => void;
}

/** One extension's channels are looked at once in so many milliseconds, and so many extensions' in all. */
const EVERY = 1000;
const MAX_AT_ONCE = 20;

export class HangUps {
  readonly #options: HangUpOptions;
  readonly #looking = new Set<string>();
  readonly #again = new Map<string, Contact[]>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: HangUpOptions) {
    this.#options = options;
  }

  /** A REGISTER of a wrong device came for each of these contacts. */
  sawWrong(extension: string, contacts: readonly Contact[]): void {
    const seen = contacts.filter(({ source }) => source?.proof === 'seen');
    if (seen.length === 0 || !this.#options.mayAct(extension, 'hangUp')) return;
    if (this.#looking.has(extension)) {
      this.#again.set(extension, seen);
      return;
    }
    if (this.#looking.size >= MAX_AT_ONCE) return;
    this.#looking.add(extension);
    void this.#end(extension, seen);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#looking.delete(extension);
      const again = this.#again.get(extension);
      this.#again.delete(extension);
      if (again !== undefined) this.sawWrong(extension, again);
    }, EVERY);
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#again.clear();
  }

  async #end(extension: string, wrong: readonly Contact[]): Promise<void> {
    const { table, asterisk, mayAct, onDone, logger } = this.#options;
    try {
      const channels = await asterisk.channelsOf(extension);
      const standing = table.standingOf(extension);
      if (typeof standing !== 'object' || !mayAct(extension, 'hangUp')) return;
      // What was wrong when it registered may have been accepted since.
      for (const contact of wrong.filter(({ userAgent }) => !standing.accepts(userAgent))) {
        const at = contact.source?.address;
        if (at === undefined || this.#isRightAt(extension, at)) continue;
        const held = channels.filter(
          ({ address, isEmergency }) => !isEmergency && address !== undefined && sameAddress(address, at),
        );
        await Promise.all(held.map(({ id }) => asterisk.hangUp(id)));
        if (held.length > 0) onDone(contact, held.length);
      }
    } catch (error) {
      if (!(error instanceof AsteriskError)) throw error;
      logger.warn({ err: error, extension }, 'the calls of a wrong device could not be ended');
    }
  }

  /** The right device is registered from this very address: whose call it is cannot be told. */
  #isRightAt(extension: string, at: SourceAddress): boolean {
    const right = this.#options.table.matchingContacts(extension);
    return right.some(({ source }) => source !== undefined && sameAddress(source.address, at));
  }
}
