/**
 * A message to bytes, exactly as it is given: nothing is escaped, checked or folded, because a test may want a header
 * that no phone would send. For the same reason never use this outside tests.
 */

/** What stands behind the colon: text goes out as UTF-8. */
export type HeaderValue = string | Buffer;

/** A header of this name and value, or whole lines of bytes to be sent as they are (a line end is added). */
export type HeaderLine = readonly [name: string, value: HeaderValue] | Buffer;

/**
 * What a caller adds to the headers of a request. A value of null takes the phone's own header of this name away, so a
 * header can be left out, replaced, or, given twice, doubled.
 */
export type ExtraHeader = readonly [name: string, value: HeaderValue | null] | Buffer;

/** @param value text is sent as UTF-8; null sends no header, and '' a header without a value */
export function optionalHeader(name: string, value: HeaderValue | null): HeaderLine[] {
  return value === null ? [] : [[name, value]];
}

/** The phone's own lines with the extra ones put in after them, and with those taken away that an extra one names. */
export function withExtra(lines: readonly HeaderLine[], extra: readonly ExtraHeader[]): HeaderLine[] {
  const dropped = new Set<string>();
  const added: HeaderLine[] = [];
  for (const header of extra) {
    if (Buffer.isBuffer(header)) added.push(header);
    else if (header[1] === null) dropped.add(header[0].toLowerCase());
    else added.push([header[0], header[1]]);
  }
  const kept = lines.filter((line) => Buffer.isBuffer(line) || !dropped.has(line[0].toLowerCase()));
  return [...kept, ...added];
}

export function encodeMessage(startLine: string, lines: readonly HeaderLine[], body: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from(`${startLine}\r\n`)];
  for (const line of lines) parts.push(encodeLine(line), LINE_END);
  parts.push(LINE_END, body);
  return Buffer.concat(parts);
}

function encodeLine(line: HeaderLine): Buffer {
  if (Buffer.isBuffer(line)) return line;
  const [name, value] = line;
  return Buffer.concat([Buffer.from(`${name}: `), toBytes(value)]);
}

/** Text is UTF-8 on the wire; what was received is sent back as the bytes it was. */
function toBytes(value: string | Buffer): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

const LINE_END = Buffer.from('\r\n');
