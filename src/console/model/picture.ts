/** The picture of violations: how many in each stretch of time, and from which addresses the most. Pure. */
import type { ViolationView } from '../api/shapes.ts';

export interface Bar {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly count: number;
}

const BARS = 28;
const SHORTEST_MS = 3_600_000;

/** From the oldest that is shown until now, in at most 28 stretches of an hour or longer. */
export function barsOf(violations: readonly ViolationView[], now: number): Bar[] {
  const times = violations.map(({ lastSeen }) => Date.parse(lastSeen)).filter((time) => time <= now);
  const oldest = times.reduce((least, time) => Math.min(least, time), now - 24 * SHORTEST_MS);
  const step = Math.max(SHORTEST_MS, Math.ceil((now - oldest) / BARS / SHORTEST_MS) * SHORTEST_MS);
  const start = now - step * Math.ceil((now - oldest + 1) / step);
  const bars = Array.from({ length: Math.ceil((now - start) / step) }, (_, index) => ({
    from: start + index * step,
    count: 0,
  }));
  for (const time of times) {
    const bar = bars[Math.min(bars.length - 1, Math.floor((time - start) / step))];
    if (bar !== undefined) bar.count++;
  }
  return bars;
}

export function sourcesOf(
  violations: readonly ViolationView[],
  most = 8,
): { readonly ip: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { address, registers, calls } of violations) {
    const ip = address === null ? 'unknown' : address.replace(/:\d+$/, '');
    counts.set(ip, (counts.get(ip) ?? 0) + Math.max(1, registers + calls));
  }
  return [...counts]
    .map(([ip, count]) => ({ ip, count }))
    .sort((a, b) => b.count - a.count || a.ip.localeCompare(b.ip))
    .slice(0, most);
}
