/**
 * Knows what hosts' names stand for: asks again and again in the background, and never while a call waits. What was
 * learned is kept while nobody can be asked; an address is kept for an hour after the last answer that held it, because
 * many names answer with other addresses in turn.
 */
import { lookup } from 'node:dns/promises';

export interface NamesOptions {
  /** The names that matter now. */
  readonly wanted: () => ReadonlySet<string>;
  /** A name stands for other addresses than before. */
  readonly onChange: (name: string, addresses: readonly string[]) => void;
  /** A name could not be looked up, once until it could again; `why` undefined: it can be again. */
  readonly onTrouble: (name: string, why: string | undefined) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** As the system does it: also by its own file of hosts. */
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}

/** All in milliseconds. */
const LOOK_EVERY = 1000;
const ASK_EVERY = 60_000;
const ASK_AGAIN = 5000;
const DEADLINE = 10_000;
const KEEP = 3_600_000;
/** Of one name. */
const MAX_ADDRESSES = 64;
/** Look-ups take threads that the log and the files need too. */
const AT_ONCE = 2;

interface Name {
  /** Address → when it was last answered. */
  readonly addresses: Map<string, number>;
  dueAt: number;
  askedAt: number;
  isAsked: boolean;
  isTroubled: boolean;
}

export class Names {
  readonly #options: NamesOptions;
  readonly #names = new Map<string, Name>();
  #timer: NodeJS.Timeout | undefined;
  #underWay = 0;

  constructor(options: NamesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_EVERY);
    this.look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Something was refused for its address: perhaps a name stands for another by now. At most every five seconds. */
  askSoon(name: string): void {
    const known = this.#names.get(name);
    if (known !== undefined) known.dueAt = Math.min(known.dueAt, known.askedAt + ASK_AGAIN);
  }

  /** Asks for what is due. */
  look(): void {
    const { wanted, now } = this.#options;
    const names = wanted();
    for (const name of this.#names.keys()) if (!names.has(name)) this.#names.delete(name);
    for (const name of names) {
      const known = this.#names.get(name) ?? this.#add(name);
      // A clock that was set back must not put it off.
      if (known.askedAt > now()) known.dueAt = 0;
      if (this.#underWay >= AT_ONCE) return;
      if (!known.isAsked && known.dueAt <= now()) void this.#ask(name, known);
    }
  }

  #add(name: string): Name {
    const known = { addresses: new Map(), dueAt: 0, askedAt: 0, isAsked: false, isTroubled: false };
    this.#names.set(name, known);
    return known;
  }

  async #ask(name: string, known: Name): Promise<void> {
    const { now, resolve = bySystem } = this.#options;
    this.#underWay++;
    known.isAsked = true;
    known.askedAt = now();
    // The system's own look-up cannot be called off: it keeps its place until it ends, and a late answer still counts.
    const late = setTimeout(() => this.#trouble(name, known, 'no answer within 10 s'), DEADLINE);
    try {
      this.#learn(name, known, await resolve(name));
      known.dueAt = now() + ASK_EVERY;
    } catch (error) {
      known.dueAt = now() + ASK_AGAIN;
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      this.#trouble(name, known, code);
    } finally {
      clearTimeout(late);
      known.isAsked = false;
      this.#underWay--;
    }
  }

  #learn(name: string, known: Name, answered: readonly string[]): void {
    if (answered.length === 0) throw new Error('no address');
    const { now, onChange, onTrouble } = this.#options;
    const before = [...known.addresses.keys()].sort().join();
    for (const ip of answered) known.addresses.set(ip, now());
    const newestFirst = [...known.addresses].sort(([, a], [, b]) => b - a);
    for (const [index, [ip, at]] of newestFirst.entries()) {
      if (now() - at > KEEP || index >= MAX_ADDRESSES) known.addresses.delete(ip);
    }
    if (known.isTroubled) onTrouble(name, undefined);
    known.isTroubled = false;
    const addresses = [...known.addresses.keys()].sort();
    const isWanted = this.#names.get(name) === known;
    if (isWanted && addresses.join() !== before) onChange(name, addresses);
  }

  #trouble(name: string, known: Name, why: string): void {
    if (!known.isTroubled) this.#options.onTrouble(name, why);
    known.isTroubled = true;
  }
}

async function bySystem(name: string): Promise<string[]> {
  return (await lookup(name, { all: true })).map(({ address }) => address);
}
