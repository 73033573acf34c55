/** Much to go through for one answer: in slices, so that calls have their turn between two of them. */
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

/** Some milliseconds of work, where one item takes some ten microseconds. */
const SLICE = 200;

/**
 * Slices of what there is now; what is added or taken away meanwhile may be in them or not.
 * @param size how many items make some milliseconds of work
 */
export async function* inTurns<T>(items: Iterable<T>, size: number = SLICE): AsyncIterable<readonly T[]> {
  let slice: T[] = [];
  for (const item of items) {
    slice.push(item);
    if (slice.length < size) continue;
    yield slice;
    slice = [];
    await turn();
  }
  if (slice.length > 0) yield slice;
}

/** A JSON object of one list, written slice by slice. */
export function jsonInTurns<T>(name: string, items: Iterable<T>, view: (item: T) => unknown): Readable {
  return Readable.from(pieces(name, items, view));
}

async function* pieces<T>(
  name: string,
  items: Iterable<T>,
  view: (item: T) => unknown,
): AsyncIterable<string> {
  let separator = `{${JSON.stringify(name)}:[`;
  for await (const slice of inTurns(items)) {
    yield separator + slice.map((item) => JSON.stringify(view(item))).join(',');
    separator = ',';
  }
  yield separator === ',' ? ']}' : `${separator}]}`;
}
