/** What became of an extension's contacts between two looks. Pure. */
import { type Contact, isMove, isRefresh } from '../domain/contact.ts';
import type { JudgedContact } from '../domain/verdict.ts';

/** What happened to one contact of an extension. `located`: only its true source came to light, no REGISTER came. */
export type ContactChange =
  | {
      readonly kind: 'appeared' | 'refreshed' | 'located';
      readonly contact: Contact;
      /** undefined where no lock is in force. */
      readonly matches: boolean | undefined;
    }
  | { readonly kind: 'gone'; readonly contact: Contact };

export function contactChanges(
  were: readonly JudgedContact[],
  are: readonly JudgedContact[],
  isLocked: boolean,
): ContactChange[] {
  const before = new Map(were.map(({ contact }) => [contact.id, contact]));
  const changes: ContactChange[] = [];
  for (const { contact, matches: matched } of are) {
    const was = before.get(contact.id);
    before.delete(contact.id);
    const matches = isLocked ? matched : undefined;
    if (was === undefined) changes.push({ kind: 'appeared', contact, matches });
    else if (isRefresh(was, contact)) changes.push({ kind: 'refreshed', contact, matches });
    else if (isMove(was, contact)) changes.push({ kind: 'located', contact, matches });
  }
  for (const contact of before.values()) changes.push({ kind: 'gone', contact });
  return changes;
}
