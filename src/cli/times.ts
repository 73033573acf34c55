/** Times and amounts as a person reads them: local, short, to the minute or second. JSON has them whole. */
import { localTime } from '../domain/local-time.ts';

const DAY_MS = 86_400_000;

/** `14:02:11` today, `19 Nov 14:02` this year, `2024-11-19` before; `now` in milliseconds since the epoch. */
export function shortTime(iso: string | null, now: number): string {
  if (iso === null) return '-';
  const at = new Date(iso);
  const today = new Date(now);
  const [, time = ''] = localTime(at).split(' ');
  if (at.toDateString() === today.toDateString()) return time;
  if (at.getFullYear() !== today.getFullYear()) return localTime(at).slice(0, 10);
  const month = at.toLocaleString('en', { month: 'short' });
  return `${String(at.getDate()).padStart(2)} ${month} ${time.slice(0, 5)}`;
}

/** `3 s`, `12 min`, `5 h`, `3 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(ms / DAY_MS)} d`;
}

/** `3 s ago`; `never` for null. */
export function ago(iso: string | null, now: number): string {
  return iso === null ? 'never' : `${duration(now - Date.parse(iso))} ago`;
}

/** `in 3 min`, or `expired`. */
export function until(iso: string, now: number): string {
  const ms = Date.parse(iso) - now;
  return ms <= 0 ? 'expired' : `in ${duration(ms)}`;
}

/** `1.2 MB`. */
export function bytes(amount: number): string {
  if (amount < 1000) return `${amount} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = amount / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `380 µs`, `1.2 ms`. */
export function micros(amount: number | null): string {
  if (amount === null) return '-';
  return amount < 1000 ? `${Math.round(amount)} µs` : `${(amount / 1000).toFixed(1)} ms`;
}

/** `1 contact`, `2 contacts`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
