/** Reads how long, and until when, as a person writes it on the command line. Pure. */

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const LAST = { hours: 23, minutes: 59, seconds: 59 };

/** `15m`, `2h`, `3d`, `1w`, `90s` as seconds; undefined where it is none of these. */
export function secondsOf(text: string): number | undefined {
  const [, amount, unit] = /^([1-9]\d{0,6})([smhdw])$/.exec(text.trim().toLowerCase()) ?? [];
  return unit === undefined ? undefined : Number(amount) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
}

/**
 * `2026-11-27`, `2026-11-27 18:00`, a weekday, each in local time, or ISO 8601 with its zone, as milliseconds since the
 * epoch; undefined where it is none of these. A day without a time is meant to its end; a weekday is the next one, today
 * included.
 */
export function endOf(text: string, now: number): number | undefined {
  const word = text.trim().toLowerCase();
  const weekday = word.length < 3 ? -1 : WEEKDAYS.findIndex((name) => name.startsWith(word));
  if (weekday !== -1) {
    const today = new Date(now);
    const days = (weekday - today.getDay() + 7) % 7;
    return local(today.getFullYear(), today.getMonth(), today.getDate() + days, LAST);
  }
  if (/^\d{4}-\d{2}-\d{2}t[\d:.]+(?:z|[+-]\d{2}:\d{2})$/.test(word)) {
    const at = Date.parse(text.trim());
    return Number.isNaN(at) ? undefined : at;
  }
  const [, year, month, day, hours, minutes] =
    /^(\d{4})-(\d{2})-(\d{2})(?:[ t](\d{2}):(\d{2}))?$/.exec(word) ?? [];
  if (day === undefined) return undefined;
  const time = hours === undefined ? LAST : { hours: Number(hours), minutes: Number(minutes), seconds: 0 };
  if (time.hours > 23 || time.minutes > 59) return undefined;
  const at = local(Number(year), Number(month) - 1, Number(day), time);
  // No calendar has the 31st of November; it would become the next day.
  return new Date(at).getDate() === Number(day) ? at : undefined;
}

function local(
  year: number,
  month: number,
  day: number,
  { hours, minutes, seconds }: Readonly<Record<'hours' | 'minutes' | 'seconds', number>>,
): number {
  return new Date(year, month, day, hours, minutes, seconds).getTime();
}
