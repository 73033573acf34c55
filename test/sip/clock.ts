/** The one clock of every time the phone reports: it never steps back within a process, and is comparable to Date.now(). */

/** Milliseconds since the epoch, with fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
