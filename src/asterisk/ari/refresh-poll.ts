/**
 * Finds out what ARI has no event for. A REGISTER that refreshes a contact is silent, even with another User-Agent: so
 * every known contact is asked for in turn, at a bounded rate, and a difference is reported once. Likewise endpoints
 * that came or went. It looks nothing up for others and keeps only what it needs to see a difference.
 */
import type { Contact } from '../../domain/contact.ts';
import type { Logger } from '../../log/logger.ts';
import type { Timers } from '../ami/timers.ts';
import { aorOfContact } from './names.ts';
import type { AriTiming } from './settings.ts';

export interface RefreshPollOptions {
  readonly lookUp: (id: string) => Promise<Contact | undefined>;
  readonly listEndpoints: () => Promise<string[]>;
  readonly onChange: (change: { aor: string; uri: string; removed: boolean }) => void;
  readonly onReloaded: () => void;
  readonly timing: Pick<AriTiming, 'pollEvery' | 'pollPerSecond' | 'endpointsEvery'>;
  readonly timers: Timers;
  readonly logger: Logger;
}

export class RefreshPoll {
  readonly #options: RefreshPollOptions;
  readonly #known = new Map<string, Contact>();
  #endpoints: string | undefined;
  /** Rises with every start and stop, so that what was under way finds itself outdated. */
  #run = 0;
  #cancels: (() => void)[] = [];

  constructor(options: RefreshPollOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#known.size;
  }

  start(): void {
    this.stop();
    this.#endpoints = undefined;
    void this.#pollContacts(this.#run);
    void this.#pollEndpoints(this.#run);
  }

  stop(): void {
    this.#run++;
    for (const cancel of this.#cancels.splice(0)) cancel();
  }

  /** These are all contacts of all AORs. */
  learnAll(contacts: readonly Contact[]): void {
    this.#known.clear();
    for (const contact of contacts) this.#known.set(contact.id, contact);
  }

  /** Of one AOR, these ids were asked for and these contacts were found. */
  learn(asked: Iterable<string>, contacts: readonly Contact[]): void {
    for (const id of asked) this.#known.delete(id);
    for (const contact of contacts) this.#known.set(contact.id, contact);
  }

  async #pollContacts(run: number): Promise<void> {
    const { pollEvery, pollPerSecond } = this.#options.timing;
    let due = this.#pause(pollEvery, run);
    while (await due) {
      due = this.#pause(pollEvery, run);
      for (const id of [...this.#known.keys()]) {
        await this.#pollContact(id, run);
        if (!(await this.#pause(1000 / pollPerSecond, run))) return;
      }
    }
  }

  async #pollContact(id: string, run: number): Promise<void> {
    const { lookUp, onChange, logger } = this.#options;
    const before = this.#known.get(id);
    if (before === undefined) return;
    try {
      const now = await lookUp(id);
      // Somebody else may have learned it meanwhile.
      if (run !== this.#run || this.#known.get(id) !== before || isSame(before, now)) return;
      if (now === undefined) this.#known.delete(id);
      else this.#known.set(id, now);
      onChange({ aor: aorOfContact(id) ?? '', uri: before.uri, removed: now === undefined });
    } catch (error) {
      if (run === this.#run)
        logger.debug({ err: error }, 'a contact could not be looked at; its turn comes again');
    }
  }

  async #pollEndpoints(run: number): Promise<void> {
    const { listEndpoints, onReloaded, logger, timing } = this.#options;
    do {
      try {
        const names = (await listEndpoints()).sort().join('\n');
        if (run !== this.#run) return;
        if (this.#endpoints !== undefined && this.#endpoints !== names) onReloaded();
        this.#endpoints = names;
      } catch (error) {
        if (run === this.#run)
          logger.debug({ err: error }, 'the endpoints could not be listed; their turn comes again');
      }
    } while (await this.#pause(timing.endpointsEvery, run));
  }

  /** False where this run is over; then nothing follows. */
  #pause(ms: number, run: number): Promise<boolean> {
    if (run !== this.#run) return Promise.resolve(false);
    return new Promise((resolve) => {
      const stop = () => {
        cancel();
        resolve(false);
      };
      const cancel = this.#options.timers.after(ms, () => {
        this.#cancels = this.#cancels.filter((one) => one !== stop);
        resolve(run === this.#run);
      });
      this.#cancels.push(stop);
    });
  }
}

function isSame(a: Contact, b: Contact | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
