/**
 * Locks and grants, ready to be asked of every User-Agent: compiled against the phone library as it is, once each, and
 * when they are needed (compiling the whole library would take a third of the start). It knows of no extension.
 */
import type { Grant } from '../domain/grant.ts';
import type { Lock } from '../domain/lock.ts';
import { compileLock, type TextTest, type UserAgentTest } from '../domain/matcher.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import { compilePattern } from '../pattern/pattern.ts';

export class LockTests {
  readonly #models = new Map<string, PhoneModel>();
  readonly #modelTests = new Map<string, TextTest>();
  #compiled = new WeakMap<Lock, UserAgentTest>();
  readonly #grantLocks = new WeakMap<Grant, Lock>();
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  get models(): readonly PhoneModel[] {
    return [...this.#models.values()];
  }

  model(id: string): PhoneModel | undefined {
    return this.#models.get(id);
  }

  /** A model whose pattern does not compile accepts nothing; the library is checked before it comes here. */
  setModels(models: Iterable<PhoneModel>): void {
    this.#models.clear();
    this.#modelTests.clear();
    this.#compiled = new WeakMap();
    for (const model of models) this.#models.set(model.id, model);
  }

  /** What the lock accepts. */
  of(lock: Lock): UserAgentTest {
    let test = this.#compiled.get(lock);
    if (test === undefined) {
      test = compileLock(lock, (id) => this.#ofModel(id), compilePattern);
      this.#compiled.set(lock, test);
    }
    return test;
  }

  ofGrant(grant: Grant): UserAgentTest {
    let lock = this.#grantLocks.get(grant);
    if (lock === undefined) {
      lock = { alternatives: [grant.alternative] };
      this.#grantLocks.set(grant, lock);
    }
    return this.of(lock);
  }

  /** The same, and what is granted besides, each until its end. */
  withGrants(accepts: UserAgentTest, grants: readonly Grant[] | undefined): UserAgentTest {
    if (grants === undefined) return accepts;
    const granted = grants.map((grant) => ({ until: grant.until, accepts: this.ofGrant(grant) }));
    // Asked of the clock each time: a grant ends for the next call, whenever it is cleared away.
    return (userAgent) =>
      accepts(userAgent) || granted.some((one) => this.#now() < one.until && one.accepts(userAgent));
  }

  #ofModel(id: string): TextTest | undefined {
    const known = this.#modelTests.get(id);
    const model = this.#models.get(id);
    if (known !== undefined || model === undefined) return known;
    const test = compilePattern(model.pattern);
    if (typeof test !== 'function') return undefined;
    this.#modelTests.set(id, test);
    return test;
  }
}
