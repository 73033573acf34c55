/**
 * Makes text that came from outside safe to show: nothing in it can move the cursor, change colours, reorder what
 * stands beside it or hide. Everything the CLI prints and alerts say that came from SIP, from a label or from a file goes
 * through here.
 */

/**
 * Controls, format characters (bidi, zero-width, soft hyphen), surrogates, unassigned and private ones, line and
 * paragraph separators, spaces that are not the space, characters that show as nothing, and accents piled up.
 */
const HARMFUL =
  /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}|(?<=\p{M}\p{M})\p{M}/gu;

/** The text with each such character written out as `\u{202e}`. */
export function harmless(text: string): string {
  return text.replace(HARMFUL, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** JSON whose strings carry no such character either: it says the same to a program and harms no terminal. */
export function harmlessJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(HARMFUL, (character) =>
    // What JSON.stringify leaves of controls is its own indentation.
    character === '\n' ? character : escapeUnits(character),
  );
}

function escapeUnits(character: string): string {
  let escaped = '';
  for (let i = 0; i < character.length; i++) {
    escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
