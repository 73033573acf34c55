/** Puts in force in memory what a change holds that is on disk already. It checks nothing and judges nobody. */
import type { ExtensionTable } from '../state/extension-table.ts';
import type { Change } from '../store/store.ts';
import type { Library } from './library.ts';

export interface InForce {
  readonly table: Pick<ExtensionTable, 'setModels' | 'setSettings' | 'setPolicy'>;
  readonly library: Pick<Library, 'apply' | 'restored' | 'models'>;
}

export function putInForce(change: Change, { table, library }: InForce): void {
  for (const id of change.forgetModels ?? []) library.restored(id);
  for (const stored of change.models ?? []) library.apply(stored);
  if (changesLibrary(change)) table.setModels(library.models());
  if (change.settings !== undefined) table.setSettings(change.settings);
  for (const [extension, policy] of change.policies ?? []) table.setPolicy(extension, policy);
}

/** It is more than single extensions' policies. */
export function changesSystem(change: Change): boolean {
  return change.settings !== undefined || changesLibrary(change);
}

function changesLibrary({ models = [], forgetModels = [] }: Change): boolean {
  return models.length > 0 || forgetModels.length > 0;
}
