/**
 * Reads a pattern's shape: what repeats, what branches, where it is anchored. It names the constructs that cannot run in
 * linear time. It never matches anything, and leaves other mistakes of syntax to the engine, which words them.
 */
import type { PatternFault } from '../domain/matcher.ts';

/** The most often one part of a pattern may be asked to repeat: `{64}`, `{0,64}`. */
export const MAX_REPEAT = 64;

export type Shape =
  | { readonly kind: 'character' }
  | { readonly kind: 'assertion'; readonly begin: boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly Shape[] }
  | { readonly kind: 'choice'; readonly branches: readonly Shape[] }
  | { readonly kind: 'repeat'; readonly part: Shape; readonly min: number; readonly max: number };

/** @returns the pattern's shape, or the construct in it that is refused */
export function readShape(source: string): Shape | PatternFault {
  try {
    return new Reader(source).read();
  } catch (error) {
    if (error instanceof Refusal) return { fault: error.message, hint: error.hint };
    throw error;
  }
}

const CHARACTER: Shape = { kind: 'character' };
const ASSERTION: Shape = { kind: 'assertion', begin: false };
const BEGIN: Shape = { kind: 'assertion', begin: true };

const SAY_WHAT_MAY_BE = 'Say what the text may be, letter by letter, or make two alternatives of the lock.';
const WRITE_IT_OUT = 'Write the repeated text out.';
const PLAIN_GROUP = 'Use a plain group (?:…); matching never backtracks here, so it means the same.';

/** Groups that RE2 has no linear way to run, by how they open. */
const REFUSED_GROUPS: readonly (readonly [RegExp, string, string])[] = [
  [/\(\?[=!]/y, 'look-ahead', SAY_WHAT_MAY_BE],
  [/\(\?<[=!]/y, 'look-behind', SAY_WHAT_MAY_BE],
  [/\(\?>/y, 'atomic group', PLAIN_GROUP],
  [/\(\?P=/y, 'back-reference', WRITE_IT_OUT],
  [/\(\?(?:[0-9R&+]|-[0-9]|P>)/y, 'recursion', WRITE_IT_OUT],
  [/\(\?\(/y, 'condition', 'Write both cases as alternatives: (?:this|that).'],
  [/\(\?\|/y, 'branch reset', 'Use a plain group (?:…).'],
  [/\(\?#/y, 'comment', 'Leave it out; the model or the lock has a place for a note.'],
];

const OPENING = /\((?:\?(?:P?<[^>]*>|[imsU-]*:?))?/y;
const FLAGS_ALONE = /\(\?[imsU-]+\)/y;
const CLASS = /\[\^?\]?(?:\\.|\[:[^\]]*:\]|[^\]\\])*\]?/y;
const QUOTED = /\\Q(.*?)(?:\\E|$)/sy;
const BACK_REFERENCE = /\\(?:[1-9]|[kg](?=[{<'0-9]))/y;
const ESCAPE = /\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|x[0-9A-Fa-f]{2}|[\s\S]?)/y;
const COUNTED = /\{(\d+)(,?)(\d*)\}/y;

class Refusal extends Error {
  readonly hint: string;
  constructor(fault: string, hint: string) {
    super(fault);
    this.hint = hint;
  }
}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Shape {
    const parts: Shape[] = [];
    // A stray ) ends a choice early; the engine says so, the rest is read all the same.
    while (this.#at < this.#source.length) {
      parts.push(this.#choice());
      this.#at += 1;
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'sequence', parts };
  }

  #choice(): Shape {
    const branches = [this.#sequence()];
    while (this.#source[this.#at] === '|') {
      this.#at += 1;
      branches.push(this.#sequence());
    }
    return branches.length === 1 && branches[0] ? branches[0] : { kind: 'choice', branches };
  }

  #sequence(): Shape {
    const parts: Shape[] = [];
    while (this.#at < this.#source.length && !')|'.includes(this.#source[this.#at] ?? '')) {
      const start = this.#at;
      parts.push(...this.#quoted(), ...this.#atom());
      const last = parts.pop();
      if (last) parts.push(this.#repeated(last));
      // A repeat of nothing: the engine refuses it, this only has to get past it.
      if (this.#at === start) this.#at += 1;
    }
    return { kind: 'sequence', parts };
  }

  /** The characters of \Q…\E; what repeats after it is its last one. */
  #quoted(): Shape[] {
    const quoted = this.#take(QUOTED);
    return quoted ? Array.from(quoted[1] ?? '', () => CHARACTER) : [];
  }

  #atom(): Shape[] {
    const next = this.#source[this.#at];
    if (next === undefined || ')|'.includes(next) || isQuantifier(this.#source, this.#at)) return [];
    if (next === '(') return [this.#group()];
    if (next === '\\') return this.#looksAt(QUOTED) ? [] : [this.#escape()];
    if (next === '[' && this.#take(CLASS)) return [CHARACTER];
    this.#at += 1;
    return [next === '^' ? BEGIN : next === '$' ? ASSERTION : CHARACTER];
  }

  #group(): Shape {
    for (const [opening, name, hint] of REFUSED_GROUPS) {
      const found = this.#take(opening);
      if (found) throw new Refusal(`${name} ${found[0]}…) cannot run in linear time`, hint);
    }
    if (this.#take(FLAGS_ALONE)) return ASSERTION;
    this.#take(OPENING);
    const inside = this.#choice();
    this.#at += 1;
    return inside;
  }

  #escape(): Shape {
    const reference = this.#take(BACK_REFERENCE);
    if (reference)
      throw new Refusal(`back-reference ${reference[0]} cannot run in linear time`, WRITE_IT_OUT);
    const text = this.#take(ESCAPE)?.[0] ?? '';
    if (text === '\\A') return BEGIN;
    return ['\\b', '\\B', '\\z', '\\E'].includes(text) ? ASSERTION : CHARACTER;
  }

  #repeated(part: Shape): Shape {
    const start = this.#at;
    const bounds = this.#bounds();
    if (bounds === undefined) return part;
    const [min, max] = bounds;
    const written = this.#source.slice(start, this.#at);
    if (min > MAX_REPEAT || (max !== Number.POSITIVE_INFINITY && max > MAX_REPEAT)) {
      throw new Refusal(
        `repeat ${written} is larger than ${MAX_REPEAT}`,
        `Repeat at most ${MAX_REPEAT} times, or use + or * where the number does not matter.`,
      );
    }
    if (this.#source[this.#at] === '+') {
      throw new Refusal(`possessive repeat ${written}+ cannot run in linear time`, `Use ${written} alone.`);
    }
    if (this.#source[this.#at] === '?') this.#at += 1;
    return { kind: 'repeat', part, min, max };
  }

  #bounds(): readonly [number, number] | undefined {
    const next = this.#source[this.#at];
    if (next === '*' || next === '+' || next === '?') {
      this.#at += 1;
      return [next === '+' ? 1 : 0, next === '?' ? 1 : Number.POSITIVE_INFINITY];
    }
    const counted = this.#take(COUNTED);
    if (counted === null) return undefined;
    const min = Number(counted[1]);
    if (counted[2] === '') return [min, min];
    return [min, counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3])];
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    if (found) this.#at += found[0].length;
    return found;
  }

  #looksAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#source);
  }
}

function isQuantifier(source: string, at: number): boolean {
  COUNTED.lastIndex = at;
  return '*+?'.includes(source[at] ?? ' ') || COUNTED.test(source);
}
