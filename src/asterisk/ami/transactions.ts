/**
 * The actions that wait for their answer, matched by ActionID. Each is settled exactly once: by its answer, by its
 * deadline, or because the connection went. It owns no socket and sends nothing.
 */
import { AsteriskError } from '../port.ts';
import type { AmiMessage } from './message.ts';
import type { TakeEvent } from './requests.ts';
import type { Timers } from './timers.ts';

export interface Reply {
  readonly response: AmiMessage;
  /** What a list answered, without the event that completes it; empty for a plain action, and where they were taken. */
  readonly events: readonly AmiMessage[];
}

export interface Expectation {
  /** The action's name, for errors. */
  readonly action: string;
  /** Milliseconds for the whole answer. */
  readonly deadline: number;
  /** Gets the events of a list as they come. */
  readonly take?: TakeEvent | undefined;
}

export interface TransactionLimits {
  /** The most actions that may wait at once. */
  readonly pending: number;
  /** The most bytes one list may bring. */
  readonly listBytes: number;
  /** The same for a list that is taken event by event. */
  readonly takenBytes: number;
}

/** AstDB's family of all FreePBX users takes a few megabytes on a large PBX. */
export const TRANSACTION_LIMITS: TransactionLimits = {
  pending: 1000,
  listBytes: 64 * 1024 * 1024,
  takenBytes: 1024 * 1024 * 1024,
};

interface Pending {
  readonly action: string;
  readonly cancelDeadline: () => void;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
  readonly take: TakeEvent | undefined;
  response: AmiMessage | undefined;
  readonly events: AmiMessage[];
  bytes: number;
}

export class Transactions {
  readonly #timers: Timers;
  readonly #limits: TransactionLimits;
  readonly #pending = new Map<string, Pending>();

  constructor(timers: Timers, limits: TransactionLimits = TRANSACTION_LIMITS) {
    this.#timers = timers;
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.#pending.size >= this.#limits.pending;
  }

  /** @returns what Asterisk answers; rejects with `refused`, `timeout`, `malformed`, or what `rejectAll` is given */
  open(id: string, { action, deadline, take }: Expectation): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const cancelDeadline = this.#timers.after(deadline, () => {
        this.#pending.delete(id);
        reject(new AsteriskError('timeout', `Asterisk did not answer ${action} within ${deadline} ms`));
      });
      this.#pending.set(id, {
        action,
        cancelDeadline,
        resolve,
        reject,
        take,
        response: undefined,
        events: [],
        bytes: 0,
      });
    });
  }

  /** Takes a message that answers an action; false where it answers none that waits. */
  take(message: AmiMessage): boolean {
    const id = message.text('ActionID');
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (id === undefined || pending === undefined) return false;
    if (message.response === undefined) this.#takeEvent(id, pending, message);
    else this.#takeResponse(id, pending, message);
    return true;
  }

  rejectAll(error: AsteriskError): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error);
  }

  #takeResponse(id: string, pending: Pending, response: AmiMessage): void {
    if (response.response?.toLowerCase() === 'error') {
      const why = response.text('Message')?.trim() || 'it did not say why';
      this.#settle(id)?.reject(new AsteriskError('refused', `Asterisk refused ${pending.action}: ${why}`));
    } else if (response.text('EventList')?.toLowerCase() === 'start') {
      pending.response = response;
    } else {
      this.#settle(id)?.resolve({ response, events: [] });
    }
  }

  #takeEvent(id: string, pending: Pending, event: AmiMessage): void {
    // An event that precedes its list's response belongs to nothing.
    if (pending.response === undefined) return;
    const list = event.text('EventList')?.toLowerCase();
    pending.bytes += event.size;
    if (list === 'complete') {
      this.#settle(id)?.resolve({ response: pending.response, events: pending.events });
    } else if (list === 'cancelled' || pending.bytes > this.#limitOf(pending)) {
      this.#settle(id)?.reject(
        new AsteriskError('malformed', `the answer to ${pending.action} was not whole`),
      );
    } else if (pending.take === undefined) {
      pending.events.push(event);
    } else {
      try {
        pending.take(event);
      } catch (error) {
        this.#settle(id)?.reject(error);
      }
    }
  }

  #limitOf({ take }: Pending): number {
    return take === undefined ? this.#limits.listBytes : this.#limits.takenBytes;
  }

  #settle(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.cancelDeadline();
    return pending;
  }
}
