/**
 * Percent-encoded text as Asterisk's URIENCODE() writes it. Decodes to bytes, because the bytes are the evidence;
 * never guesses: what URIENCODE() cannot have written is refused. Bytes are held as text of one character each.
 */

const PERCENT = 0x25;

/** @returns one character a byte; undefined where the text holds anything but RFC 2396 unreserved and whole `%XX` */
export function decodePercent(text: string): string | undefined {
  let bytes = '';
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === PERCENT) {
      const byte = hexDigit(text.charCodeAt(at + 1)) * 16 + hexDigit(text.charCodeAt(at + 2));
      if (Number.isNaN(byte)) return undefined;
      bytes += text.slice(done, at) + String.fromCharCode(byte);
      at += 2;
      done = at + 1;
    } else if (UNRESERVED[code] !== 1) {
      return undefined;
    }
  }
  return done === 0 ? text : bytes + text.slice(done);
}

/**
 * Harmless text for people and records: the bytes themselves where they are UTF-8 without control characters, else with
 * everything but printable ASCII as `\xNN`. Cut text ends in `…`.
 * @param bytes one character a byte
 * @param most bytes that are kept
 */
export function readable(bytes: string, most: number): string {
  const kept = bytes.length > most ? bytes.slice(0, most) : bytes;
  const text = PRINTABLE.test(kept) ? kept : (cleanText(kept) ?? escaped(kept));
  return kept === bytes ? text : `${text}…`;
}

const UNRESERVED = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()") {
  UNRESERVED[char.charCodeAt(0)] = 1;
}

/** NaN for what is no hexadecimal digit. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
}

/** What nearly every text is, without the price of a decoder. */
const PRINTABLE = /^[ -~]*$/;
/** C0, DEL, C1, and the marks that break or reorder a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const UNCLEAN = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function cleanText(bytes: string): string | undefined {
  let text: string;
  try {
    text = decoder.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
  return UNCLEAN.test(text) ? undefined : text;
}

function escaped(bytes: string): string {
  return bytes.replace(/[^ -~]|\\/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
