/**
 * Collects the head of a FastAGI header: its first four lines, which Asterisk writes before anything that a caller
 * wrote. What follows (caller ID, dialled number, diversion) may hold line ends of the caller's choosing, so that a
 * caller can forge any line and even the blank one there: nothing below the head is ever believed. Holds no socket.
 */

/** `agi_network`, `agi_network_script`, `agi_request`, `agi_channel`. */
const HEAD_LINES = 4;
const FIRST_LINE = 'agi_network: yes\n';

export type HeadState =
  | { readonly kind: 'incomplete' }
  /** Without line ends, one character a byte. */
  | { readonly kind: 'whole'; readonly lines: readonly string[] }
  | { readonly kind: 'not-agi' };

const INCOMPLETE: HeadState = { kind: 'incomplete' };
const NOT_AGI: HeadState = { kind: 'not-agi' };

/** One a connection. Whoever pushes limits the bytes. */
export class HeadReader {
  /** One character a byte. */
  #text = '';
  /** Where the line begins that is not whole yet. */
  #lineAt = 0;
  readonly #lines: string[] = [];

  /** Every byte is looked at once, however finely the head was cut. */
  push(chunk: Buffer): HeadState {
    const before = this.#text.length;
    this.#text += chunk.toString('latin1');
    if (before < FIRST_LINE.length && !isFirstLine(this.#text)) return NOT_AGI;
    let searchAt = before;
    while (this.#lines.length < HEAD_LINES) {
      const lineEnd = this.#text.indexOf('\n', searchAt);
      if (lineEnd === -1) return INCOMPLETE;
      this.#lines.push(this.#text.slice(this.#lineAt, lineEnd));
      this.#lineAt = lineEnd + 1;
      searchAt = lineEnd + 1;
    }
    return { kind: 'whole', lines: this.#lines };
  }
}

function isFirstLine(text: string): boolean {
  return text.length < FIRST_LINE.length ? FIRST_LINE.startsWith(text) : text.startsWith(FIRST_LINE);
}
