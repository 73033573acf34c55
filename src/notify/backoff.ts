/** How long a channel waits after it failed: twice as long each time, and never at the same moment as others. */

const FIRST = 5000;
const LONGEST = 15 * 60_000;
/** The longest that another side may ask for. */
const LONGEST_ASKED = 3_600_000;

/**
 * @param failures attempts that failed in a row, 1 or more
 * @param asked milliseconds for which the other side asked to be left alone
 * @param random 0 to 1
 * @returns milliseconds
 */
export function waitAfter(failures: number, asked: number | undefined, random: number): number {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.min(failures - 1, 20));
  const own = ceiling / 2 + (random * ceiling) / 2;
  return Math.round(Math.max(own, Math.min(asked ?? 0, LONGEST_ASKED)));
}
