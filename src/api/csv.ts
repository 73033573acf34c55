/**
 * Rows as CSV (RFC 4180) that a spreadsheet only ever shows: no text that came from SIP becomes a formula. It streams, a
 * page at a time, as fast as it is read.
 */
import { Readable } from 'node:stream';

export type Cell = string | number | null;

/**
 * @param pages rows, each with a cell for every column; an error of theirs ends the answer before its end, so that nobody
 * takes it for whole
 */
export function csvOf(
  columns: readonly string[],
  pages: AsyncIterable<readonly (readonly Cell[])[]>,
): Readable {
  return Readable.from(textOf(columns, pages));
}

async function* textOf(columns: readonly string[], pages: AsyncIterable<readonly (readonly Cell[])[]>) {
  yield lineOf(columns);
  for await (const rows of pages) yield rows.map(lineOf).join('');
}

function lineOf(cells: readonly Cell[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

/** What a spreadsheet would take for a formula, once white space and quotes before it are gone. */
const FORMULA = /^[\s"']*[=+\-@＝＋－＠|%]/u;

function cellOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const harmless = FORMULA.test(cell) || /^[\t\r\n]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
