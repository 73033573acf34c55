/** A way out for alerts. A channel sends one message or says why it could not; waiting and trying again is not its matter. */
import type { ChannelName } from '../domain/alert.ts';
import type { Message } from './message.ts';

export interface Channel {
  readonly name: ChannelName;
  /** Where it leads, for people: never a secret. */
  readonly target: string;
  /**
   * Bounded to 20 seconds, whatever the other side does.
   * @param signal ends the attempt
   * @returns what is worth knowing although it was taken
   * @throws DeliveryError
   */
  send(message: Message, signal: AbortSignal): Promise<string | undefined>;
}

/** The longest that any attempt takes, in milliseconds. */
export const LONGEST_ATTEMPT = 20_000;

/** Why a message was not taken. Its words hold no secret and, at most, a little of what the other side said. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** Milliseconds for which the other side asked to be left alone. */
  readonly retryAfter: number | undefined;
  /** The other side had the message and would not take it: it may be for a text in it. */
  readonly isRefusal: boolean;
  constructor(
    message: string,
    options: ErrorOptions & { readonly retryAfter?: number; readonly isRefusal?: boolean } = {},
  ) {
    super(message, options);
    this.retryAfter = options.retryAfter;
    this.isRefusal = options.isRefusal ?? false;
  }
}
