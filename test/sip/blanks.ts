/**
 * SIP's white space: space and tab, nothing else. JavaScript's own trim() would take the byte A0 off a name in UTF-8,
 * because text here is one character a byte.
 */

export function trimBlanks(text: string): string {
  let start = 0;
  while (isBlank(text[start])) start++;
  return trimBlanksAtEnd(text.slice(start));
}

/** By hand: `/[ \t]+$/` takes quadratic time on a long run of spaces. */
function trimBlanksAtEnd(text: string): string {
  let end = text.length;
  while (isBlank(text[end - 1])) end--;
  return text.slice(0, end);
}

export function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
