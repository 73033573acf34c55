/** Which extensions depend on a phone model. It changes nothing. */
import { Fault } from '../domain/fault.ts';
import type { ExtensionTable } from '../state/extension-table.ts';

/** Names of holders in one message. */
const MOST_NAMES = 20;

/** Its lock in force asks for this model. */
export function dependsOn(table: ExtensionTable, extension: string, id: string): boolean {
  const { source } = table.lockInForce(extension);
  const isFallback = source === 'fallback' && table.settings.fallback === id;
  return isFallback || ownLockUses(table, extension, id);
}

/** @throws Fault `model-in-use`, naming the locks and the fallback that hold it */
export function checkUnused(table: ExtensionTable, id: string): void {
  const holders = table.names().filter((name) => ownLockUses(table, name, id));
  const isFallback = table.settings.fallback === id;
  if (holders.length === 0 && !isFallback) return;
  const more = holders.length > MOST_NAMES ? ` and ${holders.length - MOST_NAMES} more` : '';
  const parts = [
    ...(isFallback ? ['the fallback'] : []),
    ...(holders.length > 0 ? [`the lock of ${holders.slice(0, MOST_NAMES).join(', ')}${more}`] : []),
  ];
  throw new Fault(
    'model-in-use',
    `Phone model ${id} is in use by ${parts.join(' and ')}.`,
    'Change those first.',
  );
}

function ownLockUses(table: ExtensionTable, extension: string, id: string): boolean {
  const { lock, grants = [] } = table.policy(extension);
  const alternatives = [...(lock?.alternatives ?? []), ...grants.map(({ alternative }) => alternative)];
  return alternatives.some((alternative) => alternative.kind === 'model' && alternative.model === id);
}
