/**
 * One AMI message: a response or an event, as names and values. Values stay bytes until somebody asks for text: a
 * User-Agent or a URI in them is what a stranger sent, not always UTF-8. Parsing never throws.
 */
import { isUtf8 } from 'node:buffer';

/**
 * The longest line, in bytes. The longest that a stranger can cause is a SIP header of nearly 64 KiB in AstDB's JSON,
 * where a control character takes six bytes.
 */
export const MAX_LINE_BYTES = 1024 * 1024;

const CRLF = Buffer.from('\r\n');
const COLON = 0x3a;
const SPACE = 0x20;

export class AmiMessage {
  /** Bytes on the wire, without the empty line. */
  readonly size: number;
  readonly #values: ReadonlyMap<string, readonly Buffer[]>;

  private constructor(size: number, values: ReadonlyMap<string, readonly Buffer[]>) {
    this.size = size;
    this.#values = values;
  }

  /**
   * @param frame the lines of one message, without the empty line that ends it
   * @returns undefined where a line is over {@link MAX_LINE_BYTES}; lines without a colon are left out
   */
  static parse(frame: Buffer): AmiMessage | undefined {
    const values = new Map<string, Buffer[]>();
    let start = 0;
    while (start < frame.length) {
      const found = frame.indexOf(CRLF, start);
      const end = found === -1 ? frame.length : found;
      if (end - start > MAX_LINE_BYTES) return undefined;
      addLine(values, frame.subarray(start, end));
      start = end + CRLF.length;
    }
    return new AmiMessage(frame.length, values);
  }

  /** `Success`, `Error`, `Goodbye`; undefined where the message is no response. */
  get response(): string | undefined {
    return this.text('Response');
  }

  /** The event's name; undefined where the message is no event. */
  get event(): string | undefined {
    return this.response === undefined ? this.text('Event') : undefined;
  }

  /** The first value of that name (in any case) as it came, with trailing blanks. */
  bytes(name: string): Buffer | undefined {
    return this.#values.get(name.toLowerCase())?.[0];
  }

  /** The first value of that name: UTF-8, or Latin-1 where its bytes are not. */
  text(name: string): string | undefined {
    const bytes = this.bytes(name);
    return bytes === undefined ? undefined : decode(bytes);
  }

  /** Every value of a name that repeats, such as a command's `Output`. */
  all(name: string): readonly Buffer[] {
    return this.#values.get(name.toLowerCase()) ?? [];
  }
}

/** Both the name and the value may be anything: `Name: value`, `Name:value`, `Name:`. */
function addLine(values: Map<string, Buffer[]>, line: Buffer): void {
  const colon = line.indexOf(COLON);
  if (colon <= 0) return;
  const name = line.toString('latin1', 0, colon).toLowerCase();
  const value = line.subarray(line[colon + 1] === SPACE ? colon + 2 : colon + 1);
  const known = values.get(name);
  if (known === undefined) values.set(name, [value]);
  else known.push(value);
}

function decode(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}
