/**
 * The table of all extensions, made for all who ask at once and kept until something changes. Nobody is given one that
 * began before the latest change; but however often it is asked for, making it takes no more than a share of the time, and
 * never much of it at once.
 */
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { StoreError } from '../store/store.ts';
import type { ApiDeps, Identity } from './deps.ts';
import { type History, NO_HISTORY, readHistory } from './history.ts';
import { inTurns } from './in-turns.ts';
import type { KnownDevices } from './known-devices.ts';
import { overviewRow } from './overview-row.ts';
import { iso } from './views.ts';

export interface Overview {
  /** Weak: of what it says, whatever the encoding. */
  readonly etag: string;
  /** The JSON text, compressed. */
  readonly gzip: Buffer;
}

/** After it was made, it is not made again for so many times as long as that took. */
const REST = 2;
/** But for no longer than this, in milliseconds. */
const LONGEST_REST = 2000;
/** REGISTERs that change nothing but the expiry are no change: for those it is made anew after so many milliseconds. */
const MAX_AGE = 10_000;
/** One row takes up to 100 microseconds, where its User-Agent was not seen before. */
const ROWS_A_TURN = 50;

/** The most User-Agents of which is remembered what they say. */
const MAX_REMEMBERED = 50_000;

const CHANGES = ['event', 'violation', 'touched'] as const;

export class OverviewMaker {
  readonly #deps: ApiDeps;
  readonly #known: KnownDevices;
  readonly #identities = new Map<string, Identity>();
  #version = 0;
  #latest: { readonly version: number; readonly began: number; readonly made: Promise<Overview> } | undefined;
  #next: Promise<Overview> | undefined;
  #restsUntil = 0;

  constructor(deps: ApiDeps, known: KnownDevices) {
    this.#deps = deps;
    this.#known = known;
    for (const event of CHANGES) deps.events.on(event, this.#onChange);
  }

  get(): Promise<Overview> {
    const latest = this.#latest;
    const isGood = latest?.version === this.#version && performance.now() - latest.began < MAX_AGE;
    if (latest !== undefined && isGood) return latest.made;
    this.#next ??= this.#makeNext();
    return this.#next;
  }

  close(): void {
    for (const event of CHANGES) this.#deps.events.off(event, this.#onChange);
  }

  readonly #identify: ApiDeps['identify'] = (userAgent) => {
    let found = this.#identities.get(userAgent);
    if (found !== undefined) return found;
    if (this.#identities.size >= MAX_REMEMBERED) this.#identities.clear();
    found = this.#deps.identify(userAgent);
    this.#identities.set(userAgent, found);
    return found;
  };

  readonly #onChange = (): void => {
    this.#version++;
  };

  /** Until it begins, everybody who asks waits for this one. */
  async #makeNext(): Promise<Overview> {
    await this.#latest?.made.catch(() => undefined);
    const rest = this.#restsUntil - performance.now();
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    const began = performance.now();
    const made = this.#make();
    this.#latest = { version: this.#version, began, made };
    this.#next = undefined;
    try {
      return await made;
    } catch (error) {
      this.#latest = undefined;
      throw error;
    } finally {
      const now = performance.now();
      this.#restsUntil = now + Math.min(LONGEST_REST, REST * (now - began));
    }
  }

  async #make(): Promise<Overview> {
    await this.#known.refresh();
    const { store, now, logger } = this.#deps;
    let history: History | undefined;
    try {
      history = await readHistory(store, now());
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      logger.warn({ err: error }, 'the overview is shown without what the database remembers');
    }
    const hash = createHash('sha1');
    const chunks: Buffer[] = [];
    await pipeline(this.#text(history, hash), createGzip({ level: 4 }), async (compressed) => {
      for await (const chunk of compressed) chunks.push(chunk as Buffer);
    });
    return { etag: `W/"${hash.digest('base64url')}"`, gzip: Buffer.concat(chunks) };
  }

  /** @param hash of all but the time at the end, so that the same table has the same */
  async *#text(history: History | undefined, hash: ReturnType<typeof createHash>): AsyncIterable<string> {
    const { table, book, enrolment, now } = this.#deps;
    const identify = this.#identify;
    const remembered = { known: this.#known, history: history ?? NO_HISTORY };
    const sources = { table, book, enrolment, identify, ...remembered };
    let separator = '{"extensions":[';
    for await (const names of inTurns(table.names(), ROWS_A_TURN)) {
      const rows = names.map((name) => JSON.stringify(overviewRow(sources, name))).join(',');
      hash.update(rows);
      yield separator + rows;
      separator = ',';
    }
    const rest = `],"history":${history !== undefined},`;
    hash.update(rest);
    yield `${separator === ',' ? '' : separator}${rest}"at":"${iso(now())}"}`;
  }
}
