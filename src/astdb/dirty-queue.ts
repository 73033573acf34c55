/** What waits to be looked at, each once: the urgent first, then in the order they came. Takes constant time at any size. */

export class DirtyQueue {
  readonly #waiting = new Set<string>();
  readonly #urgent = new Fifo();
  readonly #ordinary = new Fifo();

  get size(): number {
    return this.#waiting.size;
  }

  /** What waits already may become urgent, and is still taken only once. */
  add(name: string, urgent = false): void {
    const isNew = !this.#waiting.has(name);
    this.#waiting.add(name);
    if (urgent) this.#urgent.push(name);
    else if (isNew) this.#ordinary.push(name);
  }

  take(): string | undefined {
    for (const fifo of [this.#urgent, this.#ordinary]) {
      for (let name = fifo.shift(); name !== undefined; name = fifo.shift()) {
        if (this.#waiting.delete(name)) return name;
      }
    }
    return undefined;
  }
}

/** An array's own shift, or a Set's first, takes longer the more is there. */
class Fifo {
  #names: string[] = [];
  #head = 0;

  push(name: string): void {
    this.#names.push(name);
  }

  shift(): string | undefined {
    const name = this.#names[this.#head++];
    if (name === undefined || this.#head > 1000) {
      this.#names = this.#names.slice(this.#head);
      this.#head = 0;
    }
    return name;
  }
}
