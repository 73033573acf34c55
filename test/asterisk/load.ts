/**
 * Work for a service that is about to be killed, and an exact account of what it was told and had answered: an operator
 * who changes a lock as fast as that is acknowledged, and a thief who registers and calls. Neither tries anything again.
 */

import type { ExtensionView } from '../../src/api/shapes.ts';
import { path } from '../../src/cli/client.ts';
import { CliError } from '../../src/cli/failure.ts';
import type { LabService } from '../lab/service.ts';
import type { SipPhone } from '../sip/phone.ts';
import { DESK_PHONE } from './scene.ts';

/** The User-Agent an extension is locked to; null is no lock. */
type LockedTo = string | null;

/** A fault of these codes says that the service went away; of any other, that it refused. */
const GONE = ['no-answer', 'cut-off'];

export class LockChanges {
  readonly extension: string;
  readonly #service: LabService;
  #count = 0;
  #acknowledged: LockedTo = null;
  /** Sent, and its answer was lost. */
  #unanswered: LockedTo | undefined;

  constructor(service: LabService, extension: string) {
    this.#service = service;
    this.extension = extension;
  }

  /** How many changes were acknowledged or cut off so far. */
  get count(): number {
    return this.#count;
  }

  async work(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      this.#count++;
      const next = this.#count % 16 === 0 ? null : `${DESK_PHONE} ${this.#count}`;
      this.#unanswered = next;
      try {
        await this.#change(next);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        // It never got as far as being sent.
        if (error.code === 'not-running') this.#unanswered = undefined;
        else if (!GONE.includes(error.code)) throw error;
        return;
      }
      this.#acknowledged = next;
      this.#unanswered = undefined;
    }
  }

  /**
   * Every state that keeps the promise: what was acknowledged last, or the one change after it whose answer was lost.
   * What is found is the state from now on.
   */
  async settle(): Promise<{ readonly found: LockedTo; readonly allowed: readonly LockedTo[] }> {
    const { lock } = await this.#service.api.get<ExtensionView>(path('extensions', this.extension));
    const [first] = lock.alternatives;
    const found = first === undefined ? null : first.kind === 'device' ? first.userAgent : first.kind;
    const allowed =
      this.#unanswered === undefined ? [this.#acknowledged] : [this.#acknowledged, this.#unanswered];
    this.#acknowledged = found;
    this.#unanswered = undefined;
    return { found, allowed };
  }

  async #change(next: LockedTo): Promise<void> {
    const of = path('extensions', this.extension);
    if (next === null) await this.#service.api.delete(`${of}/lock`);
    else {
      const alternatives = [{ kind: 'device', userAgent: next }];
      await this.#service.api.put(`${of}/policy`, { alternatives });
    }
  }
}

export interface RefusedCall {
  readonly extension: string;
  readonly userAgent: string;
  readonly dialled: string;
  /** When the 403 came, in milliseconds since the epoch. */
  readonly at: number;
}

/** Clears the violations of an extension again and again, while somebody makes new ones there. */
export class Clearing {
  readonly extension: string;
  readonly #service: LabService;
  readonly #phone: SipPhone;
  #before = 0;

  constructor(service: LabService, phone: SipPhone, extension: string) {
    this.#service = service;
    this.#phone = phone;
    this.extension = extension;
  }

  /** What was last seen before this is acknowledged as cleared; milliseconds since the epoch. */
  get before(): number {
    return this.#before;
  }

  async work(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await (await this.#phone.invite(nextNumber())).hangup();
      const at = Date.now();
      try {
        await this.#service.api.post(`${path('extensions', this.extension)}/clear`);
      } catch (error) {
        if (error instanceof CliError && [...GONE, 'not-running'].includes(error.code)) return;
        throw error;
      }
      this.#before = at;
    }
  }
}

let numbers = 0;

/** Each call dials a number of its own, by which Asterisk's records know it. */
function nextNumber(): string {
  numbers++;
  return `90044${String(numbers).padStart(8, '0')}`;
}

/** Registers as another device, calls, and now and then gets away: unregisters, or refreshes as the right phone. */
export class ThiefAtWork {
  readonly #refused: RefusedCall[] = [];
  readonly #phone: SipPhone;
  readonly #extension: string;
  #count = 0;

  constructor(phone: SipPhone, extension: string) {
    this.#phone = phone;
    this.#extension = extension;
  }

  async work(isOver: () => boolean, name: string): Promise<void> {
    while (!isOver()) {
      this.#count++;
      const userAgent = `${name} ${Math.floor(this.#count / 8) % 4}`;
      await this.#phone.register({ userAgent });
      await this.#call(userAgent);
      if (this.#count % 12 === 0) await this.#phone.register({ expires: 0 });
      else if (this.#count % 12 === 6) await this.#phone.register({ userAgent: DESK_PHONE });
    }
  }

  async #call(userAgent: string): Promise<void> {
    const dialled = nextNumber();
    const call = await this.#phone.invite(dialled, { userAgent });
    await call.hangup();
    if (call.status === 403) {
      this.#refused.push({ extension: this.#extension, userAgent, dialled, at: call.at });
    }
  }

  /** Every call that was refused since the last time this was asked. */
  takeRefused(): RefusedCall[] {
    return this.#refused.splice(0);
  }
}
