/**
 * Which of two firmware versions is the newer, as their makers count: part by part, numbers as numbers. What cannot be
 * told for certain is not newer.
 */

/**
 * `1.0.4.138` is newer than `1.0.4.33`, `7.5.6a` than `7.5.6`, `83.V2.62.0+build.c35` than `83.V2.23.0+build.f68`.
 * Words and hashes have no order: `1.0-rc` and `1.0-beta` are neither newer nor older.
 */
export function isNewerVersion(version: string, than: string): boolean {
  // Another way of counting: `1006e` and `4.9.8`.
  if (version.includes('.') !== than.includes('.')) return false;
  const [is, was] = [partsOf(version), partsOf(than)];
  for (let i = 0; i < is.length || i < was.length; i++) {
    const [a, b] = [was[i], is[i]];
    if (a === b) continue;
    // It goes on where the other ends: 7.5 and 7.5.2, 7.5.2 and 7.5.2a.
    if (a === undefined) return isMore(is.slice(i));
    if (b === undefined) return false;
    if (isNumber(a) && isNumber(b)) {
      const order = compareNumbers(b, a);
      if (order !== 0) return order > 0;
      continue;
    }
    return isNumber(was[i - 1]) && isLetter(a) && isLetter(b) && b > a;
  }
  return false;
}

/** Numbers, words, and what stands between them; a hash is one word. */
function partsOf(version: string): string[] {
  return version.match(PARTS) ?? [];
}

const PARTS =
  /(?<![0-9A-Za-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,}(?![0-9A-Za-z])|\d+|[A-Za-z]+|[^0-9A-Za-z]+/g;

/** Of a version that begins like the other: a further number that is not 0, or one letter behind a number. */
function isMore(rest: readonly string[]): boolean {
  const [first = '', second] = rest;
  if (isLetter(first)) return rest.length === 1 || second === '(';
  const numbers = rest.filter((_, i) => i % 2 === 1);
  const areNumbers = rest.every((part, i) => (i % 2 === 0 ? /^[._-]$/.test(part) : isNumber(part)));
  return areNumbers && numbers.some((one) => /[1-9]/.test(one));
}

function compareNumbers(a: string, b: string): number {
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0);
}

function isNumber(part: string | undefined): boolean {
  return part !== undefined && /^\d+$/.test(part);
}

function isLetter(part: string): boolean {
  return /^[A-Za-z]$/.test(part);
}
