/** An alternative of a lock with an end: a device that an extension accepts for a time. Pure. */
import { type Alternative, sameAlternative, showAlternative } from './lock.ts';

/** The most grants one extension may have at a time. */
export const MAX_GRANTS = 16;
/** How long one may last, in milliseconds: a year. */
export const LONGEST_GRANT = 366 * 86_400_000;

export interface Grant {
  readonly alternative: Alternative;
  /** Milliseconds since the epoch; from then on it counts no more, whether it was cleared away yet or not. */
  readonly until: number;
}

/** Those that still count. */
export function unexpired(grants: readonly Grant[] | undefined, now: number): readonly Grant[] {
  return (grants ?? []).filter(({ until }) => until > now);
}

/** Those that were there with those that are new; the same alternative again only gets a new end. */
export function addGrants(was: readonly Grant[] | undefined, added: readonly Grant[]): readonly Grant[] {
  const stay = (was ?? []).filter(
    (one) => !added.some((other) => sameAlternative(one.alternative, other.alternative)),
  );
  const distinct = added.filter(
    (one, at) => added.findLastIndex((other) => sameAlternative(one.alternative, other.alternative)) === at,
  );
  return [...stay, ...distinct];
}

/** `device "Linphone" until 2026-11-27T17:00:00.000Z`. */
export function showGrant({ alternative, until }: Grant): string {
  return `${showAlternative(alternative)} until ${new Date(until).toISOString()}`;
}
