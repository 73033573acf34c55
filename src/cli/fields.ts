/** A titled line, or several where the text is long: the title to the left, the text beside it, within the width. */
import { fill, wrap } from './columns.ts';
import { harmless } from './harmless.ts';
import type { Output, Style } from './output.ts';

const TITLE = 12;

export function printField(output: Output, title: string, text: string, style?: Style): void {
  for (const [i, line] of wrap(harmless(text), output.width - TITLE).entries()) {
    const styled = style === undefined ? line : output.style(style, line);
    output.line(`${fill(i === 0 ? title : '', TITLE)}${styled}`.trimEnd());
  }
}
