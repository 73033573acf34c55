/**
 * Text that a stranger sent by SIP, taken apart for display: what a person may read, and what would act on the reader
 * (control characters, direction marks, invisible ones), which is shown by name. Cut where it is too long.
 */
export interface TextPart {
  readonly kind: 'text' | 'control' | 'cut';
  readonly text: string;
}

/** Controls, direction marks, zero-width and other characters that show nothing. */
const ACTING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/u;

/** @param limit in characters, of what is shown */
export function partsOf(text: string, limit = 120): TextPart[] {
  const characters = [...text];
  const parts: TextPart[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') parts.push({ kind: 'text', text: plain });
    plain = '';
  };
  for (const character of characters.slice(0, limit)) {
    if (ACTING.test(character)) {
      flush();
      parts.push({ kind: 'control', text: nameOf(character) });
    } else plain += character;
  }
  flush();
  if (characters.length > limit) parts.push({ kind: 'cut', text: `… ${characters.length - limit} more` });
  return parts;
}

/** For a title or a label, where no markup can stand. */
export function plainOf(text: string, limit = 120): string {
  return partsOf(text, limit)
    .map((part) => part.text)
    .join('');
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
