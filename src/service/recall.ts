/** What memory takes over from the database at the start, and what of that turns out to be gone since. */
import type { Library } from '../operator/library.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { ViolationBook } from '../state/violation-book.ts';
import type { Snapshot, Store } from '../store/store.ts';

export function recall(
  snapshot: Snapshot,
  { table, book, library }: { table: ExtensionTable; book: ViolationBook; library: Library },
): void {
  table.setModels(library.models());
  table.setSettings(snapshot.settings);
  table.setExtensions(snapshot.extensions);
  for (const [extension, policy] of snapshot.policies) table.setPolicy(extension, policy);
  table.recall(snapshot.contacts);
  book.load(snapshot.openViolations, snapshot.nextViolationId, snapshot.clearedViolations);
  if (snapshot.origin.kind === 'existing') table.markLoaded();
}

/** The contacts are listed now: the database forgets those of before the start that are not among them. */
export function forgetGone(
  { contacts }: Pick<Snapshot, 'contacts'>,
  table: ExtensionTable,
  store: Pick<Store, 'deleteContact'>,
): void {
  const live = new Set<string>();
  for (const extension of table.extensions()) {
    for (const { contact } of table.contacts(extension)) live.add(contact.id);
  }
  for (const { id } of contacts) if (!live.has(id)) store.deleteContact(id);
}
