/** What AstDB should hold, worked out of what memory holds: the mirror asks here. */

import type { Config } from '../config/config.ts';
import type { UserAgent } from '../domain/user-agent.ts';
import type { Library } from '../operator/library.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { ViolationBook } from '../state/violation-book.ts';
import { asciiJson, extensionEntries, pieces } from './entries.ts';

export interface Memory {
  readonly table: ExtensionTable;
  readonly book: ViolationBook;
  readonly library: Library;
  readonly gate: Config['gate'];
}

export function entriesOfExtension(extension: string, { table, book }: Memory): Map<string, string> {
  const { lock, mode } = table.lockInForce(extension);
  // A pass must not outlive the grant it comes from.
  const until = (userAgent: UserAgent, expires: number) =>
    Math.min(expires, Math.floor(table.acceptsUntil(extension, userAgent) / 1000));
  const passes = table.matchingContacts(extension).flatMap(({ userAgent, source, expires }) =>
    // An address that is only claimed may lie outside the networks.
    source === undefined || !table.isWithin(extension, source.address.ip)
      ? []
      : [{ userAgent, ip: source.address.ip, until: until(userAgent, expires) }],
  );
  const policy = table.policy(extension);
  return extensionEntries(extension, { policy, lock, mode, inViolation: book.hasOpen(extension), passes });
}

export function entriesOfSystem({ table, library, gate }: Memory): Map<string, string> {
  const entries = new Map([
    ['SETTING/when-unavailable', gate['when-unavailable']],
    ['SETTING/refusal', gate.refusal],
    ...pieces('SETTING/system', asciiJson(table.settings)),
  ]);
  for (const { id, model } of library.stored()) {
    for (const [key, piece] of pieces(`MODEL/${id}`, asciiJson(model ?? { hidden: true })))
      entries.set(key, piece);
  }
  return entries;
}
