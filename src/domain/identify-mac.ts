/**
 * Finds the hardware address (MAC) that some phones put into their User-Agent. It does not take for one what only looks
 * alike: part of a UUID, a build's date or hash, a serial number, a longer run of digits.
 */

/** Where a MAC stands in the text: `text.slice(start, end)`. */
export interface MacSpan {
  readonly start: number;
  readonly end: number;
  /** `aa:bb:cc:dd:ee:ff` */
  readonly mac: string;
}

/** The first MAC in the text, plain or with `:` or `-` between its bytes. */
export function findMac(text: string): MacSpan | undefined {
  const uuids = spansOf(UUID, text);
  for (const found of text.matchAll(CANDIDATE)) {
    const start = found.index;
    const end = start + found[0].length;
    const digits = found[0].replace(/[:-]/g, '').toLowerCase();
    const inUuid = uuids.some((uuid) => start < uuid.end && end > uuid.start);
    if (inUuid || PLACEHOLDER.test(digits) || isTimestamp(found[0]) || isSerial(text, start)) continue;
    return { start, end, mac: (digits.match(/../g) ?? []).join(':') };
  }
  return undefined;
}

/** Not within a word, a dotted version, or a build's hash: `+build.`, `~git`. */
const CANDIDATE =
  /(?<![0-9A-Za-z.+~^])(?<!(?:^|[^0-9A-Za-z])[0-9A-Fa-f]{2}[:-])(?:[0-9A-Fa-f]{12}|[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5}))(?![0-9A-Za-z.+~])(?![:-][0-9A-Fa-f]{2})/g;
const UUID = /[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}/g;
const PLACEHOLDER = /^(?:0{12}|f{12})$/;
/** Year, month, day, hour, minute: a build's date. */
const TIMESTAMP = /^20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9]$/;
const SERIAL_LABEL = /(?:^|[^A-Za-z])(?:s\/?n|ser|serial)[ :=/]{1,3}$/i;

function isTimestamp(text: string): boolean {
  return TIMESTAMP.test(text);
}

/** Poly's serial number is its MAC; anyone else's is not. */
function isSerial(text: string, start: number): boolean {
  return SERIAL_LABEL.test(text.slice(Math.max(0, start - 12), start)) && !/^Poly|[ ]Poly/.test(text);
}

function spansOf(pattern: RegExp, text: string): { start: number; end: number }[] {
  return [...text.matchAll(pattern)].map((found) => ({
    start: found.index,
    end: found.index + found[0].length,
  }));
}
