/** Takes over the list of extensions as Asterisk has it. Only what is another than before is touched, and that in slices. */
import type { ExtensionTable } from '../state/extension-table.ts';
import type { Pace } from './pace.ts';

/** Extensions compared before calls get their turn. */
const SLICE = 2000;

export interface ListChange {
  /** Extensions that came, or are gone. */
  readonly changed: readonly string[];
  /** There is something else to show of the list: those, or a label. */
  readonly isOther: boolean;
}

/** @param extensions name → label, if it has one */
export async function takeExtensions(
  extensions: ReadonlyMap<string, string | undefined>,
  table: ExtensionTable,
  pace: Pace,
): Promise<ListChange> {
  const listed: string[] = [];
  let isRelabelled = false;
  let done = 0;
  for (const [name, label] of extensions) {
    if (!table.isListed(name)) listed.push(name);
    else if (table.label(name) !== label) isRelabelled = true;
    table.list(name, label);
    if (++done % SLICE === 0) await pace();
  }
  const unlisted: string[] = [];
  for (const name of table.extensions()) {
    if (table.isListed(name) && !extensions.has(name)) unlisted.push(name);
    if (++done % SLICE === 0) await pace();
  }
  for (const name of unlisted) table.unlist(name);
  const changed = [...listed, ...unlisted];
  return { changed, isOther: isRelabelled || changed.length > 0 };
}
