/** A table that fits the width: the widest columns give way first, and what is cut shows that it is. */
import { fill, widthOf } from './columns.ts';
import { harmless } from './harmless.ts';
import type { Output, Style } from './output.ts';

export type Cell = string | { readonly text: string; readonly style: Style };

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** It never gets narrower than this; without it, it is never cut. */
  readonly min?: number;
}

const GAP = '  ';

/** Prints the rows; every cell is made harmless here. */
export function printTable(
  output: Output,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): void {
  const cells = rows.map((row) => row.map(harmlessCell));
  const widths = widthsWithin(columns, cells, output.width);
  const header = columns.map(({ title, align }, i) => fill(title, widths[i] ?? 0, align)).join(GAP);
  output.line(output.style('bold', header.trimEnd()));
  for (const row of cells) {
    const line = columns.map(({ align }, i) => {
      const { text, style } = row[i] ?? { text: '', style: undefined };
      const filled = fill(text, widths[i] ?? 0, align);
      return style === undefined ? filled : output.style(style, filled);
    });
    output.line(line.join(GAP).trimEnd());
  }
}

interface Plain {
  readonly text: string;
  readonly style: Style | undefined;
}

function harmlessCell(cell: Cell): Plain {
  return typeof cell === 'string'
    ? { text: harmless(cell), style: undefined }
    : { text: harmless(cell.text), style: cell.style };
}

function widthsWithin(
  columns: readonly Column[],
  rows: readonly (readonly Plain[])[],
  width: number,
): number[] {
  const natural = columns.map(({ title }, i) =>
    rows.reduce((most, row) => Math.max(most, widthOf(row[i]?.text ?? '')), widthOf(title)),
  );
  const widths = [...natural];
  let over = widths.reduce((sum, one) => sum + one, GAP.length * (columns.length - 1)) - width;
  while (over > 0) {
    const widest = widestThatGives(columns, widths);
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over--;
  }
  return widths;
}

function widestThatGives(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let found: number | undefined;
  for (const [i, { min }] of columns.entries()) {
    const width = widths[i] ?? 0;
    if (min === undefined || width <= min) continue;
    if (found === undefined || width > (widths[found] ?? 0)) found = i;
  }
  return found;
}
