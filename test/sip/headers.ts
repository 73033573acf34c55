/**
 * The headers of a message that was received, in their order, byte for byte. Knows the compact names of RFC 3261; never
 * splits or interprets a value.
 */

export interface Header {
  /** As it was sent. */
  readonly name: string;
  /** Without white space around it; a folded value is one line. */
  readonly value: Buffer;
}

const COMPACT: Readonly<Record<string, string>> = {
  b: 'referred-by',
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
};

/** Lower case, and the long form of a compact name. */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return COMPACT[lower] ?? lower;
}

export class SipHeaders implements Iterable<Header> {
  readonly #fields: readonly Header[];
  readonly #byName = new Map<string, Header[]>();

  constructor(fields: readonly Header[]) {
    this.#fields = fields;
    for (const field of fields) {
      const name = canonicalName(field.name);
      const same = this.#byName.get(name);
      if (same === undefined) this.#byName.set(name, [field]);
      else same.push(field);
    }
  }

  /** The first header of this name, one character a byte (latin1), so that it can be sent back unchanged. */
  get(name: string): string | undefined {
    return this.bytes(name)?.toString('latin1');
  }

  /** Every header of this name, one character a byte. */
  all(name: string): string[] {
    return this.allBytes(name).map((value) => value.toString('latin1'));
  }

  bytes(name: string): Buffer | undefined {
    return this.#named(name)[0]?.value;
  }

  allBytes(name: string): Buffer[] {
    return this.#named(name).map(({ value }) => value);
  }

  [Symbol.iterator](): Iterator<Header> {
    return this.#fields[Symbol.iterator]();
  }

  #named(name: string): readonly Header[] {
    return this.#byName.get(canonicalName(name)) ?? [];
  }
}
