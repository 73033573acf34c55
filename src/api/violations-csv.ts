/** Violations as CSV, read from the store a page at a time while the answer is taken. */
import type { Readable } from 'node:stream';
import type { Violation } from '../domain/violation.ts';
import { type Cell, csvOf } from './csv.ts';
import { viewViolation } from './views.ts';

/** Violations in one piece. */
const PAGE = 500;

/** @param position those after the violation of this id; without one, from the beginning */
export type ReadViolations = (
  position: { readonly before?: number },
  limit: number,
) => Promise<readonly Violation[]>;

/** Resolves when the first page was read: what fails until then can still be answered as what it is. */
export async function violationsCsv(
  read: ReadViolations,
  before: number | undefined,
  most: number,
): Promise<Readable> {
  const first = await read(before === undefined ? {} : { before }, Math.min(PAGE, most));
  return csvOf(COLUMNS, pagesOf(first, most, read));
}

async function* pagesOf(
  first: readonly Violation[],
  most: number,
  read: ReadViolations,
): AsyncIterable<Cell[][]> {
  let left = most;
  for (let page = first; page.length > 0; ) {
    yield page.map(rowOf);
    left -= page.length;
    const last = page.at(-1);
    if (left <= 0 || page.length < PAGE || last === undefined) return;
    page = await read({ before: last.id }, Math.min(PAGE, left));
  }
}

const COLUMNS = [
  ...['id', 'extension', 'user agent', 'user agent fault', 'address', 'reason', 'by', 'mode'],
  ...['first seen', 'last seen', 'registers', 'calls', 'dialled', 'ended at', 'ended how'],
];

function rowOf(violation: Violation): Cell[] {
  const view = viewViolation(violation);
  const { id, extension, userAgent, userAgentFault, address, reason, by, mode, ended } = view;
  return [
    ...[id, extension, userAgent, userAgentFault, address, reason, by.join(' '), mode],
    ...[view.firstSeen, view.lastSeen, view.registers, view.calls, view.dialled],
    ...[ended?.at ?? null, ended?.how ?? null],
  ];
}
