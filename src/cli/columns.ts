/** How wide text stands on a terminal, and how it is cut or filled to a width. Takes harmless text only. */
import { createRequire } from 'node:module';

const PLAIN = /^[\x20-\x7e…]*$/;
const load = createRequire(import.meta.url);

/** Columns the text takes. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  // Loaded only for what needs it: most text does not, and the loading takes longer than most verbs.
  const { default: stringWidth } = load('string-width') as typeof import('string-width');
  return stringWidth(text);
}

/** At most `width` columns; what is cut off shows as `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter('en').segment(text)) {
    const wide = widthOf(segment);
    if (used + wide > width - 1) break;
    kept += segment;
    used += wide;
  }
  return `${kept}…`;
}

/** Exactly `width` columns. */
export function fill(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const short = cut(text, width);
  const blanks = ' '.repeat(width - widthOf(short));
  return align === 'left' ? short + blanks : blanks + short;
}

/** Lines of at most `width` columns, broken at spaces; a longer word is broken where it must be. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((one) => chop(one, width))) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (widthOf(joined) <= width || line === '') line = joined;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function chop(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const parts: string[] = [];
  let part = '';
  for (const { segment } of new Intl.Segmenter('en').segment(word)) {
    if (widthOf(part + segment) > width) {
      parts.push(part);
      part = '';
    }
    part += segment;
  }
  return [...parts, part];
}
