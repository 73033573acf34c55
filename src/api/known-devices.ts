/**
 * Which phone model of the library a User-Agent belongs to, for many User-Agents at once: patterns are compiled when they
 * are first needed, a few a turn, and what was asked once is remembered. It decides nothing about calls.
 */
import type { PatternCompiler, TextTest } from '../domain/matcher.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import { compilePattern } from '../pattern/pattern.ts';
import { inTurns } from './in-turns.ts';

/** One takes about a millisecond. */
const COMPILED_A_TURN = 8;
/** The most User-Agents whose model is remembered. */
const MAX_REMEMBERED = 50_000;

export class KnownDevices {
  readonly #models: () => readonly PhoneModel[];
  readonly #tests = new Map<string, TextTest>();
  readonly #found = new Map<string, string | undefined>();
  #present: readonly PhoneModel[] = [];

  /** @param models the library as it is */
  constructor(models: () => readonly PhoneModel[]) {
    this.#models = models;
  }

  /** To be awaited before questions: takes the library as it is now. */
  async refresh(): Promise<void> {
    const models = this.#models();
    const isSame =
      models.length === this.#present.length && models.every((model, at) => model === this.#present[at]);
    if (isSame) return;
    for await (const slice of inTurns(models, COMPILED_A_TURN))
      for (const model of slice) this.#compile(model);
    const patterns = new Set(models.map(({ pattern }) => pattern));
    for (const pattern of this.#tests.keys()) if (!patterns.has(pattern)) this.#tests.delete(pattern);
    this.#present = models;
    this.#found.clear();
  }

  /** The id of the first model that accepts this User-Agent; undefined where none does. */
  modelOf(userAgent: string): string | undefined {
    if (this.#found.has(userAgent)) return this.#found.get(userAgent);
    if (this.#found.size >= MAX_REMEMBERED) this.#found.clear();
    const id = this.#present.find(({ pattern }) => this.#tests.get(pattern)?.(userAgent))?.id;
    this.#found.set(userAgent, id);
    return id;
  }

  /** As {@link compilePattern}, without the work for the library's own patterns. */
  readonly compile: PatternCompiler = (pattern) => this.#tests.get(pattern) ?? compilePattern(pattern);

  #compile({ pattern }: PhoneModel): void {
    if (this.#tests.has(pattern)) return;
    const test = compilePattern(pattern);
    if (typeof test === 'function') this.#tests.set(pattern, test);
  }
}
