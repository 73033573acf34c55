/**
 * Takes one channel's alerts out: one message at a time, tried again with growing pauses until it is taken, or is too old
 * to be of use to anybody. A channel that fails is said to, once, and once more when it is well.
 */
import type { Alert, ChannelName, Delivery, Severity } from '../domain/alert.ts';
import { isAtLeast } from '../domain/alert.ts';
import { waitAfter } from './backoff.ts';
import { type Channel, DeliveryError, LONGEST_ATTEMPT } from './channel.ts';
import { composeMessage, type Message } from './message.ts';
import { newDelivery, Outbox, type OutboxOptions } from './outbox.ts';

export interface CourierOptions extends Omit<OutboxOptions, 'channel'> {
  readonly channel: Channel;
  readonly least: Severity;
  readonly queued: readonly Delivery[];
  /** When the channel last took an alert, in milliseconds since the epoch. */
  readonly lastSent: number | undefined;
  readonly host: string;
  readonly console: string;
  readonly newId: () => string;
  /** 0 to 1. */
  readonly random: () => number;
  readonly now: () => number;
  /** Told of what became of the channel. */
  readonly announce: (event: ChannelEvent, fields: object) => void;
}

export type ChannelEvent =
  | 'alerts-sent'
  | 'alerts-failing'
  | 'alerts-well'
  | 'alerts-dropped'
  | 'alerts-given-up';

export interface ChannelState {
  readonly channel: ChannelName;
  readonly target: string;
  readonly severity: Severity;
  readonly queued: number;
  /** Alerts since the start. */
  readonly sent: number;
  readonly givenUp: number;
  readonly dropped: number;
  /** Milliseconds since the epoch. */
  readonly lastSent: number | undefined;
  readonly failingSince: number | undefined;
  readonly error: string | undefined;
  readonly nextTry: number | undefined;
}

export interface TestResult {
  readonly channel: ChannelName;
  readonly target: string;
  readonly sent: boolean;
  readonly error: string | undefined;
  readonly ms: number;
}

/** An alert that nobody took for so long is of no use any more. */
const GIVE_UP_AFTER = 24 * 3_600_000;

export class Courier {
  readonly #options: CourierOptions;
  readonly #outbox: Outbox;
  readonly #abort = new AbortController();
  #underWay: Promise<void> | undefined;
  #underTest: Promise<TestResult> | undefined;
  #failures = 0;
  #failingSince: number | undefined;
  #error: string | undefined;
  #nextTry: number | undefined;
  #lastSent: number | undefined;
  #sent = 0;
  #givenUp = 0;
  /** Dropped ones that the next message has to speak of. */
  #unsaid = 0;
  /** The last message was refused: the next one goes without what others wrote, so that no text of theirs stops it. */
  #isBare = false;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#lastSent = options.lastSent;
    this.#outbox = new Outbox({ ...options, channel: options.channel.name });
    this.#outbox.load(options.queued, options.now());
    this.#noteDropped(0);
  }

  get state(): ChannelState {
    const { channel, least } = this.#options;
    return {
      ...{ channel: channel.name, target: channel.target, severity: least, queued: this.#outbox.size },
      ...{ sent: this.#sent, givenUp: this.#givenUp, dropped: this.#outbox.dropped },
      ...{ lastSent: this.#lastSent, failingSince: this.#failingSince },
      ...{ error: this.#error, nextTry: this.#nextTry },
    };
  }

  add(alert: Alert): void {
    if (!isAtLeast(alert.severity, this.#options.least)) return;
    const before = this.#outbox.dropped;
    this.#outbox.add(alert, this.#options.now());
    this.#noteDropped(before);
  }

  /** To be called every second or so: sends what is due. */
  tick(): void {
    const now = this.#options.now();
    if (this.#underWay !== undefined || this.#abort.signal.aborted) return;
    if (this.#nextTry !== undefined && now < this.#nextTry && this.#nextTry - now <= 3_600_000) return;
    const due = this.#outbox.due(now, this.#lastSent);
    if (due.length === 0) return;
    this.#underWay = this.#deliver(due).finally(() => {
      this.#underWay = undefined;
    });
  }

  /** Sends this alert alone, now, whatever else waits; it is recorded as any other. While one is tested, that is the test. */
  test(alert: Alert): Promise<TestResult> {
    this.#underTest ??= this.#test(alert).finally(() => {
      this.#underTest = undefined;
    });
    return this.#underTest;
  }

  async #test(alert: Alert): Promise<TestResult> {
    const { channel, now, put } = this.#options;
    const started = performance.now();
    let error: string | undefined;
    try {
      await this.#send(this.#compose([alert], 0));
      this.#succeeded(1);
    } catch (cause) {
      error = wordsOf(cause);
    }
    put({
      ...newDelivery(alert, channel.name),
      ...{ state: error === undefined ? 'sent' : 'failed', error, attempts: 1, settledAt: now() },
    });
    const ms = Math.round(performance.now() - started);
    return { channel: channel.name, target: channel.target, sent: error === undefined, error, ms };
  }

  /** What is under way gets `grace` milliseconds; what is not taken by then waits on disk for the next start. */
  async stop(grace: number): Promise<void> {
    const timer = setTimeout(() => this.#abort.abort(), grace);
    await this.#underWay;
    clearTimeout(timer);
    this.#abort.abort();
  }

  async #deliver(due: readonly Delivery[]): Promise<void> {
    const { now } = this.#options;
    const said = this.#unsaid;
    try {
      const message = this.#compose(
        due.map(({ alert }) => alert),
        said,
      );
      const remark = await this.#send(message);
      this.#outbox.settle(due, 'sent', remark, now());
      this.#unsaid -= said;
      this.#succeeded(due.length);
      this.#announce('alerts-sent', { alerts: due.length });
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#failed(due, error);
    }
  }

  #compose(alerts: readonly Alert[], dropped: number): Message {
    const { newId, now, host, console } = this.#options;
    const isBare = this.#isBare;
    return composeMessage(alerts, { id: newId(), now: now(), host, console, dropped, isBare });
  }

  /** Whatever the channel does, this ends. */
  async #send(message: Message): Promise<string | undefined> {
    const late = AbortSignal.timeout(LONGEST_ATTEMPT);
    return await this.#options.channel.send(message, AbortSignal.any([late, this.#abort.signal]));
  }

  #succeeded(alerts: number): void {
    if (this.#failingSince !== undefined) this.#announce('alerts-well', {});
    this.#lastSent = this.#options.now();
    this.#sent += alerts;
    this.#failures = 0;
    this.#isBare = false;
    this.#failingSince = undefined;
    this.#error = undefined;
    this.#nextTry = undefined;
  }

  #failed(due: readonly Delivery[], cause: unknown): void {
    const now = this.#options.now();
    const error = wordsOf(cause);
    const isNews = this.#failingSince === undefined;
    this.#failures++;
    this.#failingSince ??= now;
    this.#error = error;
    const { retryAfter: asked, isRefusal = false } = cause instanceof DeliveryError ? cause : {};
    // By turns: where it was not for the text, nothing is withheld for ever.
    if (isRefusal) this.#isBare = !this.#isBare;
    this.#nextTry = now + waitAfter(this.#failures, asked, this.#options.random());
    const old = due.filter(({ alert }) => now - alert.at >= GIVE_UP_AFTER);
    this.#outbox.settle(old, 'failed', error, now);
    this.#outbox.failed(due, error);
    this.#givenUp += old.length;
    if (old.length > 0) this.#announce('alerts-given-up', { alerts: old.length, error });
    if (isNews) this.#announce('alerts-failing', { error });
  }

  #noteDropped(before: number): void {
    const dropped = this.#outbox.dropped - before;
    if (dropped === 0) return;
    const isNews = this.#unsaid === 0;
    this.#unsaid += dropped;
    if (isNews) this.#announce('alerts-dropped', { limit: this.#options.limit });
  }

  #announce(event: ChannelEvent, fields: object): void {
    this.#options.announce(event, { channel: this.#options.channel.name, ...fields });
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof DeliveryError) return error.message;
  const name = error instanceof Error ? error.name : 'unknown';
  return name === 'TimeoutError' || name === 'AbortError'
    ? 'it took too long'
    : `an internal error (${name})`;
}
