/** Hours of the day, as the configuration writes them. Knows no clock and no time zone. */

/** Minutes since midnight; where `to` is not after `from`, they go over midnight. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** Reads `22:00-07:00`; undefined where it is not that, or no time at all. */
export function parseHours(text: string): Hours | undefined {
  const found = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (found === null) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = found.slice(1).map(Number);
  const hours = { from: 60 * fromHour + fromMinute, to: 60 * toHour + toMinute };
  return hours.from === hours.to ? undefined : hours;
}
