/** Until when something is accepted: the ends an operator may choose, and one they write, in their own time zone. Pure. */
export interface End {
  readonly id: string;
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const HOUR = 3_600_000;
/** The service takes no longer ones. */
const LONGEST = 366 * 24 * HOUR;
const FRIDAY = 5;

/** What is offered at this time: nothing that is over within the hour, and no end twice. */
export function endsFrom(now: number): End[] {
  const toFriday = (FRIDAY - new Date(now).getDay() + 7) % 7;
  const ends = [
    { id: 'hours', label: 'For 4 hours', at: now + 4 * HOUR },
    { id: 'today', label: 'Until the end of today', at: endOfDay(now, 0) },
    { id: 'tomorrow', label: 'Until the end of tomorrow', at: endOfDay(now, 1) },
    { id: 'friday', label: 'Until the end of Friday', at: endOfDay(now, toFriday) },
    { id: 'week', label: 'For a week', at: endOfDay(now, 7) },
    { id: 'month', label: 'For 30 days', at: endOfDay(now, 30) },
  ];
  const isNew = ({ at }: End, index: number) => ends.findIndex((other) => other.at === at) === index;
  return ends.filter((end, index) => end.at >= now + HOUR && isNew(end, index));
}

/** What a field for a local day and time holds; undefined where it is not filled in. */
export function endIn(text: string): number | undefined {
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** `2026-11-27T18:00` in local time, for such a field. */
export function fieldOf(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Why it can be no end; undefined where it can. */
export function problemOf(at: number | undefined, now: number): string | undefined {
  if (at === undefined) return 'Choose a day and a time.';
  if (at <= now) return 'That is over already.';
  return at > now + LONGEST ? 'It can be a year at the most.' : undefined;
}

/** `Fri 2026-11-27 23:59`. */
export function endWords(at: string | number): string {
  const date = new Date(at);
  return `${weekday(date)} ${fieldOf(date.getTime()).replace('T', ' ')}`;
}

/** The same where there is little room: `23:59`, `Fri 23:59`, or the day alone where that is far. */
export function shortEnd(at: string, now: number): string {
  const date = new Date(at);
  const [day = '', time = ''] = fieldOf(date.getTime()).split('T');
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return date.getTime() < now + 6 * 24 * HOUR ? `${weekday(date)} ${time}` : day;
}

function weekday(date: Date): string {
  return date.toLocaleDateString('en', { weekday: 'short' });
}

function endOfDay(now: number, days: number): number {
  const today = new Date(now);
  return new Date(today.getFullYear(), today.getMonth(), today.getDate() + days, 23, 59, 59).getTime();
}
