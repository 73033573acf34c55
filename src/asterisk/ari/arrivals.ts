/** Tells whoever started a channel when it has entered the application, or that it never will. It starts none. */
import { AsteriskError } from '../port.ts';
import type { AriEvent } from './events.ts';

interface Expected {
  readonly resolve: (args: readonly string[]) => void;
  readonly reject: (error: AsteriskError) => void;
  readonly deadline: NodeJS.Timeout;
}

export class Arrivals {
  readonly #expected = new Map<string, Expected>();

  /**
   * Call it before the channel is asked for. Resolves with the arguments of Stasis().
   * @param channel the id it will have
   * @throws AsteriskError `refused` where it was hung up instead, `timeout`, `disconnected`
   */
  expect(channel: string, deadlineMs: number): Promise<readonly string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    const deadline = setTimeout(
      () => this.#take(channel)?.reject(new AsteriskError('timeout', 'a channel did not come up')),
      deadlineMs,
    );
    this.#expected.set(channel, { resolve, reject, deadline });
    // Whoever asked may fail before it waits here.
    promise.catch(() => undefined);
    return promise;
  }

  forget(channel: string): void {
    this.#take(channel);
  }

  note(event: Exclude<AriEvent, { kind: 'contact' }>): void {
    const expected = this.#take(event.channel);
    if (event.kind === 'arrived') expected?.resolve(event.args);
    else expected?.reject(new AsteriskError('refused', 'Asterisk hung a channel up at once'));
  }

  /** The connection is gone. */
  clear(why: string): void {
    for (const channel of [...this.#expected.keys()]) {
      this.#take(channel)?.reject(new AsteriskError('disconnected', why));
    }
  }

  #take(channel: string): Expected | undefined {
    const expected = this.#expected.get(channel);
    clearTimeout(expected?.deadline);
    this.#expected.delete(channel);
    return expected;
  }
}
