/**
 * Cuts the bytes of an AMI connection into frames: the banner line, then messages that end in an empty line. It works
 * on bytes only: it never decodes, never throws, and never holds more than its limits allow.
 */

export interface FrameLimits {
  /** The longest banner, in bytes without its line end. */
  readonly banner: number;
  /** The longest message, in bytes without its empty line. */
  readonly message: number;
}

/** A `database show` of a large PBX comes as one message of some megabytes; everything else is far smaller. */
export const FRAME_LIMITS: FrameLimits = { banner: 256, message: 8 * 1024 * 1024 };

export interface Frame {
  readonly kind: 'banner' | 'message';
  /** A copy: it stays valid after the next push. */
  readonly bytes: Buffer;
}

const CRLF = Buffer.from('\r\n');
const EMPTY_LINE = Buffer.from('\r\n\r\n');
/** What is kept allocated between messages, in bytes. */
const IDLE_CAPACITY = 64 * 1024;

export class FrameReader {
  readonly #limits: FrameLimits;
  #expects: Frame['kind'] = 'banner';
  #buffer: Buffer = Buffer.allocUnsafe(IDLE_CAPACITY);
  #length = 0;
  /** Up to here no end of frame begins. */
  #searched = 0;
  #fault: string | undefined;

  constructor(limits: FrameLimits = FRAME_LIMITS) {
    this.#limits = limits;
  }

  /** Why nothing more is read: a frame was over its limit. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Takes in what arrived and gives back the frames it completed, in order; none after a fault. */
  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    if (this.#fault !== undefined) return frames;
    this.#append(chunk);
    let start = 0;
    while (this.#fault === undefined) {
      const end = this.#findEnd(start);
      if (end === undefined) break;
      if (end > start)
        frames.push({ kind: this.#expects, bytes: Buffer.from(this.#buffer.subarray(start, end)) });
      start = end + this.#terminator.length;
      this.#searched = start;
      this.#expects = 'message';
    }
    this.#discard(start);
    return frames;
  }

  get #terminator(): Buffer {
    return this.#expects === 'banner' ? CRLF : EMPTY_LINE;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
  }

  /** Where the frame that begins at `start` ends; undefined, perhaps with a fault, where it is not whole. */
  #findEnd(start: number): number | undefined {
    const limit = this.#limits[this.#expects];
    const terminator = this.#terminator;
    const found = this.#buffer.subarray(0, this.#length).indexOf(terminator, this.#searched);
    const size = found === -1 ? this.#length - start - (terminator.length - 1) : found - start;
    if (size > limit) {
      this.#fault = `a ${this.#expects} of more than ${limit} bytes`;
      return undefined;
    }
    if (found === -1) this.#searched = Math.max(start, this.#length - (terminator.length - 1));
    return found === -1 ? undefined : found;
  }

  #discard(count: number): void {
    if (this.#fault !== undefined) {
      this.#buffer = Buffer.alloc(0);
      this.#length = 0;
      return;
    }
    this.#length -= count;
    this.#searched -= count;
    if (this.#length <= IDLE_CAPACITY && this.#buffer.length > IDLE_CAPACITY) {
      const smaller = Buffer.allocUnsafe(IDLE_CAPACITY);
      this.#buffer.copy(smaller, 0, count, count + this.#length);
      this.#buffer = smaller;
    } else if (count > 0) {
      this.#buffer.copyWithin(0, count, count + this.#length);
    }
  }
}
