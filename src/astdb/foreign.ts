/**
 * What another program has in the family before Device Lock ever wrote there: FreePBX's module customlock keeps its
 * state under the same name. Pure.
 */

/**
 * The whole tree as Asterisk's console would show it, `/CUSTOMLOCK/<key>: <value>` a line; undefined where it holds no
 * other program's locks. Device Lock's own tree always says `SETTING/system`.
 * @param tree key below the family → value
 */
export function showForeign(family: string, tree: ReadonlyMap<string, string>): string | undefined {
  const keys = [...tree.keys()];
  const isOurs = keys.some((key) => key.startsWith('SETTING/system'));
  if (isOurs || !keys.some((key) => key.startsWith('LOCK_MODE/'))) return undefined;
  return [...tree].map(([key, value]) => `/${family}/${key}: ${value}\n`).join('');
}
