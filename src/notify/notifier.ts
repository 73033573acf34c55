/**
 * Hands every alert to each channel that is configured, and looks every second whether one of them has something to
 * send. Nothing that protects calls ever waits for it.
 */
import { randomUUID } from 'node:crypto';
import type { Hours } from '../config/hours.ts';
import type { Alert, ChannelName, Delivery } from '../domain/alert.ts';
import type { ConfiguredChannel } from './channels.ts';
import { type ChannelEvent, type ChannelState, Courier, type TestResult } from './courier.ts';
import { makeAlert } from './incident-alerts.ts';
import { PACE, type Pace } from './outbox.ts';

export interface NotifierOptions {
  readonly channels: readonly ConfiguredChannel[];
  readonly quiet: Hours | undefined;
  /** The most alerts that wait for one channel. */
  readonly limit: number;
  /** A link for people; empty where there is none. */
  readonly console: string;
  /** This machine's name. */
  readonly host: string;
  readonly queued: readonly Delivery[];
  readonly lastDelivered: ReadonlyMap<ChannelName, number>;
  readonly put: (delivery: Delivery) => void;
  readonly announce: (event: ChannelEvent, fields: object) => void;
  readonly now: () => number;
  readonly pace?: Pace;
  /** Milliseconds between two looks. */
  readonly every?: number;
  readonly random?: () => number;
}

const EVERY = 1000;
/** Milliseconds that a message under way gets when the service stops. */
const GRACE = 800;

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #couriers: readonly Courier[];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: NotifierOptions) {
    this.#options = options;
    const { channels, queued, lastDelivered, pace = PACE, random = Math.random, ...rest } = options;
    this.#couriers = channels.map(
      ({ channel, least, digest }) =>
        new Courier({
          ...{ channel, least, digest, pace, random, newId: randomUUID },
          ...{ quiet: rest.quiet, limit: rest.limit, console: rest.console, host: rest.host },
          ...{ put: rest.put, announce: rest.announce, now: rest.now },
          queued: queued.filter((one) => one.channel === channel.name),
          lastSent: lastDelivered.get(channel.name),
        }),
    );
    this.#giveUpOrphans();
  }

  /** Nobody is told of anything. */
  get isOff(): boolean {
    return this.#couriers.length === 0;
  }

  get states(): ChannelState[] {
    return this.#couriers.map(({ state }) => state);
  }

  start(): void {
    if (this.isOff) return;
    this.#timer = setInterval(() => {
      for (const courier of this.#couriers) courier.tick();
    }, this.#options.every ?? EVERY);
  }

  /** What is not sent by then is sent after the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#couriers.map((courier) => courier.stop(GRACE)));
  }

  tell(alert: Alert): void {
    for (const courier of this.#couriers) courier.add(alert);
  }

  /** Sends a test by every channel, or by one; resolves with what became of each. */
  async test(only?: ChannelName): Promise<TestResult[]> {
    const couriers = this.#couriers.filter(({ state }) => only === undefined || state.channel === only);
    const { now } = this.#options;
    return await Promise.all(
      couriers.map((courier) =>
        courier.test(
          makeAlert({
            ...{ kind: 'test', severity: 'info', at: now(), title: 'A test: alerts arrive here' },
            ...{ data: {}, actions: ['See what was sent:  device-lock alerts list'] },
          }),
        ),
      ),
    );
  }

  /** What waited for a channel that is off by now. */
  #giveUpOrphans(): void {
    const { channels, queued, put, now } = this.#options;
    const names = new Set(channels.map(({ channel }) => channel.name));
    for (const delivery of queued) {
      if (names.has(delivery.channel)) continue;
      put({ ...delivery, state: 'failed', error: 'the channel was switched off', settledAt: now() });
    }
  }
}
