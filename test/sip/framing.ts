/**
 * Cuts a stream into SIP messages by their Content-Length (RFC 3261, section 18.3). Pure: bytes in, whole messages out,
 * the same ones for any chunking. Never holds more than one message and its limit.
 */
import { SipError } from './error.ts';
import { MAX_MESSAGE_BYTES } from './message.ts';

const END = '\r\n\r\n';
const LENGTH = /\r\n(?:content-length|l)[ \t]*:[ \t]*([^\r\n]*)/i;

export class MessageFramer {
  #held: Buffer = Buffer.alloc(0);

  /**
   * @returns the messages that are whole now, in order
   * @throws {SipError} `malformed` where a message is too large or has no Content-Length: nothing after it can be framed
   */
  push(chunk: Buffer): Buffer[] {
    this.#held = Buffer.concat([this.#held, chunk]);
    const messages: Buffer[] = [];
    for (let next = this.#take(); next !== undefined; next = this.#take()) messages.push(next);
    return messages;
  }

  #take(): Buffer | undefined {
    this.#skipLineEnds();
    const end = this.#held.indexOf(END);
    if (end < 0) {
      if (this.#held.length > MAX_MESSAGE_BYTES) throw tooLarge();
      return undefined;
    }
    const total = end + END.length + bodyLength(this.#held.toString('latin1', 0, end));
    if (total > MAX_MESSAGE_BYTES) throw tooLarge();
    if (this.#held.length < total) return undefined;
    const message = this.#held.subarray(0, total);
    this.#held = this.#held.subarray(total);
    return message;
  }

  /** Line ends before a message are keep-alives: "implementations SHOULD ignore any CRLF before the start-line". */
  #skipLineEnds(): void {
    let start = 0;
    while (this.#held[start] === 0x0d || this.#held[start] === 0x0a) start++;
    this.#held = this.#held.subarray(start);
  }
}

function bodyLength(head: string): number {
  const digits = LENGTH.exec(head)?.[1]?.trim();
  if (digits === undefined || !/^\d{1,6}$/.test(digits)) {
    throw new SipError('malformed', 'a message on a stream has no usable Content-Length');
  }
  return Number(digits);
}

function tooLarge(): SipError {
  return new SipError('malformed', `a message on a stream is larger than ${MAX_MESSAGE_BYTES} bytes`);
}
