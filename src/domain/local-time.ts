/** `2026-11-20 14:30:02`, by the zone of this machine. Pure but for that. */
export function localTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** How far this machine's clock is from UTC then: `+0100`. */
export function zoneOf(at: Pick<Date, 'getTimezoneOffset'>): string {
  const offset = -at.getTimezoneOffset();
  const minutes = Math.abs(offset);
  const digits = String(Math.floor(minutes / 60) * 100 + (minutes % 60)).padStart(4, '0');
  return `${offset < 0 ? '-' : '+'}${digits}`;
}
