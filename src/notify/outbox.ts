/**
 * The alerts that wait for one channel: at most so many, and which of them are due. What is on disk follows it. The
 * oldest stay where there are too many, since whoever floods does so after the first evidence came; only a critical one
 * takes another's place. Knows no clock.
 */

import type { Hours } from '../config/hours.ts';
import type { Alert, ChannelName, Delivery } from '../domain/alert.ts';
import { quietUntil } from './quiet-hours.ts';

/** Milliseconds. */
export interface Pace {
  /** From an alert to its message, so that what comes together goes together. */
  readonly gather: number;
  /** Between two messages; a flood becomes a handful. */
  readonly gap: number;
  /** The same where a critical alert waits. */
  readonly urgentGap: number;
}

export const PACE: Pace = { gather: 2000, gap: 60_000, urgentGap: 5000 };

export interface OutboxOptions {
  readonly channel: ChannelName;
  readonly limit: number;
  readonly pace: Pace;
  /** Milliseconds for which all but critical alerts are gathered; 0 is not at all. */
  readonly digest: number;
  readonly quiet: Hours | undefined;
  readonly put: (delivery: Delivery) => void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiting = new Map<string, Delivery>();
  #dropped = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Given up since the start because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What waited when the service last ran. */
  load(queued: readonly Delivery[], now: number): void {
    for (const delivery of queued) {
      if (this.size < this.#options.limit) this.#waiting.set(delivery.alert.id, delivery);
      else this.#drop(delivery, now);
    }
  }

  /** False where one was dropped for it, or it was itself. */
  add(alert: Alert, now: number): boolean {
    const isFull = this.size >= this.#options.limit;
    if (isFull && !this.#makeRoomFor(alert, now)) {
      this.#dropped++;
      return false;
    }
    const delivery = newDelivery(alert, this.#options.channel);
    this.#waiting.set(alert.id, delivery);
    this.#options.put(delivery);
    return !isFull;
  }

  /**
   * What is to be sent now: nothing, the critical ones, or all.
   * @param lastSent milliseconds since the epoch
   */
  due(now: number, lastSent: number | undefined): Delivery[] {
    const all = [...this.#waiting.values()];
    const urgent = all.filter(({ alert }) => alert.severity === 'critical');
    const { gather, gap, urgentGap, ...rest } = { ...this.#options.pace, ...this.#options };
    const hasPassed = (since: number | undefined, time: number) =>
      // Also where the clock was set back.
      since === undefined || now < since || now - since >= time;
    const isDue = ([first]: readonly Delivery[], wait: number, pause: number) =>
      first !== undefined && hasPassed(first.alert.at, wait) && hasPassed(lastSent, pause);
    const isQuiet = quietUntil(rest.quiet, now) !== undefined;
    const normal = all.filter(({ alert }) => alert.severity !== 'critical');
    if (!isQuiet && isDue(normal, Math.max(gather, rest.digest), gap)) return all;
    return isDue(urgent, gather, urgentGap) ? urgent : [];
  }

  settle(
    deliveries: readonly Delivery[],
    state: 'sent' | 'failed',
    error: string | undefined,
    now: number,
  ): void {
    for (const delivery of deliveries) {
      this.#waiting.delete(delivery.alert.id);
      const attempts = delivery.attempts + 1;
      this.#options.put({ ...delivery, state, error, attempts, settledAt: now });
    }
  }

  /** They wait on. */
  failed(deliveries: readonly Delivery[], error: string): void {
    for (const { alert, ...delivery } of deliveries) {
      if (!this.#waiting.has(alert.id)) continue;
      const later: Delivery = { ...delivery, alert, error, attempts: delivery.attempts + 1 };
      this.#waiting.set(alert.id, later);
      this.#options.put(later);
    }
  }

  /** The latest that is not critical yields to a critical one. */
  #makeRoomFor({ severity }: Alert, now: number): boolean {
    if (severity !== 'critical') return false;
    const lesser = [...this.#waiting.values()].findLast(({ alert }) => alert.severity !== 'critical');
    if (lesser === undefined) return false;
    this.#drop(lesser, now);
    return true;
  }

  #drop(delivery: Delivery, now: number): void {
    this.#dropped++;
    this.#waiting.delete(delivery.alert.id);
    this.#options.put({ ...delivery, state: 'failed', error: 'dropped: too many waited', settledAt: now });
  }
}

export function newDelivery(alert: Alert, channel: ChannelName): Delivery {
  return { alert, channel, state: 'queued', attempts: 0, error: undefined, settledAt: undefined };
}
