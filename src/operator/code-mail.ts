/**
 * One-time codes by mail, as far as it is an operator's matter: whether it can be, to whom, how often, how long it is
 * tried, and what is said where it could not be. It keeps no code.
 */
import { Attempts, type Pace } from '../access/attempts.ts';
import { Fault } from '../domain/fault.ts';
import { isMailAddress } from '../domain/mail-address.ts';
import { DeliveryError } from '../notify/channel.ts';
import type { CodeLetter, CodePost } from '../notify/code-post.ts';

/** Whoever may issue codes must not make a mailer of this: so many at once, then one now and then. */
const TO_ALL: Pace = { most: 20, every: 6000 };
const TO_ONE: Pace = { most: 3, every: 300_000 };
const DEADLINE = 15_000;

export class CodeMail {
  readonly #post: CodePost | undefined;
  readonly #toAll: Attempts;
  readonly #toOne: Attempts;
  readonly #deadline: number;
  readonly #stopping = new AbortController();

  /**
   * @param post undefined where no mail is configured
   * @param clock monotonic milliseconds
   * @param deadline milliseconds that an operator waits for a mail
   */
  constructor(post: CodePost | undefined, clock: () => number, deadline: number = DEADLINE) {
    this.#post = post;
    this.#deadline = deadline;
    this.#toAll = new Attempts(TO_ALL, clock);
    this.#toOne = new Attempts(TO_ONE, clock);
  }

  /** Throws a {@link Fault} where no code could be mailed there. */
  check(to: string): void {
    this.#ready();
    if (isMailAddress(to)) return;
    throw new Fault('malformed', 'That is no mail address.', 'One address, such as: user@example.com');
  }

  /** Rejects with a {@link Fault}: it was not mailed, or nobody knows. */
  async send(letter: CodeLetter): Promise<void> {
    this.check(letter.to);
    const post = this.#ready();
    this.#charge(letter.to);
    const { signal: stopping } = this.#stopping;
    try {
      await post.send(letter, AbortSignal.any([AbortSignal.timeout(this.#deadline), stopping]));
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      const why = stopping.aborted ? 'the service stops' : error.message;
      // Without its cause, in which the server may quote what it was given.
      throw new Fault(
        'not-mailed',
        `The code could not be mailed: ${why}.`,
        'No code was issued: should the mail arrive, what is in it is void. A code of before is still good. Without --email a code is shown here.',
      );
    }
  }

  /** Ends what is under way. */
  stop(): void {
    this.#stopping.abort();
  }

  #ready(): CodePost {
    if (this.#post === undefined) {
      const hint =
        'Set the mail server and from in [alerts.email] of the configuration; restart the service.';
      throw new Fault('cannot-mail', 'No mail is configured.', hint);
    }
    if (this.#post.featureCode !== '') return this.#post;
    const hint = 'Set feature-code in [enrolment] of the configuration, and restart the service.';
    throw new Fault('cannot-mail', 'No feature code is configured: nobody could dial the code.', hint);
  }

  #charge(to: string): void {
    const wait = this.#toOne.take(to.toLowerCase()) || this.#toAll.take('');
    if (wait === 0) return;
    const hint = `Nothing was issued. Wait ${Math.ceil(wait / 1000)} seconds, or do without --email.`;
    throw new Fault('busy', 'Too many codes were mailed.', hint);
  }
}
