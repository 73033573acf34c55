/**
 * Which sign of a wrong device is news. The same device at the same extension is one incident: it is told once, and again
 * only when it gets worse. A device that changes its name with every REGISTER must not make an alert of each: so many
 * devices of one extension are told one by one, the next as "many", and then nothing but worse. Bounded; knows no clock.
 */

import { putLatest } from '../domain/put-latest.ts';

/** From bad to worse. */
export type Stage = 'registered' | 'called' | 'costly';

export interface News {
  readonly stage: Stage;
  /** The extension has had so many devices by now that the next ones are not told one by one. */
  readonly isMany: boolean;
}

/** Devices of one extension that are told one by one. */
export const SINGLY = 5;
const MAX_REMEMBERED = 10_000;
const RANK: Readonly<Record<Stage, number>> = { registered: 1, called: 2, costly: 3 };

interface Incident {
  readonly rank: number;
  readonly seen: number;
}

interface Tally {
  readonly since: number;
  readonly told: number;
  /** The worst that was told of the extension. */
  readonly rank: number;
}

export class Incidents {
  readonly #againAfter: number;
  /** By extension and device; the one that was seen longest ago comes first. */
  readonly #incidents = new Map<string, Incident>();
  readonly #tallies = new Map<string, Tally>();

  /** @param againAfter milliseconds without a sign after which the same is a new incident */
  constructor(againAfter: number) {
    this.#againAfter = againAfter;
  }

  /**
   * One more sign of a device.
   * @returns what is to be told; undefined where that was told already
   */
  see(extension: string, device: string, stage: Stage, now: number): News | undefined {
    const key = `${extension} ${device}`;
    const known = this.#fresh(key, now);
    const rank = Math.max(RANK[stage], known?.rank ?? 0);
    putLatest(this.#incidents, key, { rank, seen: now }, MAX_REMEMBERED);
    if (known !== undefined && known.rank >= rank) return undefined;
    const tally = this.#tally(extension, now);
    const isWorse = rank > tally.rank;
    if (tally.told > SINGLY && !isWorse) return undefined;
    const worst = Math.max(rank, tally.rank);
    const next = { since: tally.since, told: tally.told + 1, rank: worst };
    putLatest(this.#tallies, extension, next, MAX_REMEMBERED);
    return { stage, isMany: tally.told === SINGLY };
  }

  /** Told before the service started. */
  remember(extension: string, device: string, stage: Stage, seen: number): void {
    putLatest(this.#incidents, `${extension} ${device}`, { rank: RANK[stage], seen }, MAX_REMEMBERED);
  }

  #fresh(key: string, now: number): Incident | undefined {
    const known = this.#incidents.get(key);
    return known !== undefined && now - known.seen <= this.#againAfter ? known : undefined;
  }

  #tally(extension: string, now: number): Tally {
    const tally = this.#tallies.get(extension);
    const isOver = tally === undefined || now < tally.since || now - tally.since > this.#againAfter;
    return isOver ? { since: now, told: 0, rank: 0 } : tally;
  }
}
