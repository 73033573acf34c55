/** Whether it is a time at which nobody is to be woken, by the clock of this machine, summer time included. */
import type { Hours } from '../config/hours.ts';

/**
 * When the quiet hours that hold at `now` end; undefined where none do.
 * @param now milliseconds since the epoch, as the result is
 */
export function quietUntil(hours: Hours | undefined, now: number): number | undefined {
  if (hours === undefined) return undefined;
  const { from, to } = hours;
  const time = new Date(now);
  const minute = 60 * time.getHours() + time.getMinutes();
  const isQuiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!isQuiet) return undefined;
  const end = new Date(now);
  end.setHours(Math.floor(to / 60), to % 60, 0, 0);
  if (end.getTime() <= now) end.setDate(end.getDate() + 1);
  return end.getTime();
}
