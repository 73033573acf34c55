/**
 * The networks that were decided, ready to be asked for every call: compiled once, with what hosts' names stand for. It
 * looks nothing up itself.
 */
import type { Contact } from '../domain/contact.ts';
import type { NetworkTest } from '../domain/verdict.ts';
import { compileNetworks, namesIn } from '../network/allowed.ts';

export class NetworkBook {
  readonly #addresses = new Map<string, readonly string[]>();
  /** By the very list that was decided. */
  #tests = new WeakMap<readonly string[], { readonly isWithin: NetworkTest | undefined }>();
  #names: ReadonlySet<string> | undefined;

  /** What a host's name stands for from now on. */
  setAddresses(hostName: string, addresses: readonly string[]): void {
    this.#addresses.set(hostName, addresses);
    this.#tests = new WeakMap();
  }

  /** Somebody decided other networks somewhere. */
  changed(): void {
    this.#names = undefined;
  }

  /** The hosts' names in all that was decided. A name that is in none any more loses what it stood for. */
  namesIn(decided: () => Iterable<readonly string[]>): ReadonlySet<string> {
    if (this.#names === undefined) {
      this.#names = new Set([...decided()].flatMap(namesIn));
      for (const name of this.#addresses.keys()) if (!this.#names.has(name)) this.#addresses.delete(name);
    }
    return this.#names;
  }

  /** It stands for something. */
  isKnown(hostName: string): boolean {
    return this.#addresses.has(hostName);
  }

  /** undefined where any place will do, or nobody can tell. */
  testOf(networks: readonly string[]): NetworkTest | undefined {
    let test = this.#tests.get(networks);
    if (test === undefined) {
      test = { isWithin: compileNetworks(networks, (name) => this.#addresses.get(name)) };
      this.#tests.set(networks, test);
    }
    return test.isWithin;
  }
}

/** Seen to be outside the networks. What its REGISTER only claimed tells nothing, either way. */
export function isOutside({ source }: Contact, isWithin: NetworkTest | undefined): boolean {
  if (isWithin === undefined || source === undefined || source.proof === 'claimed') return false;
  return !isWithin(source.address.ip);
}
