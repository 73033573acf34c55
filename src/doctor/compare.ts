/** Holds what Asterisk has against what the service believes. What differs is looked at twice: things move meanwhile. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Asterisk } from '../asterisk/port.ts';
import type { Contact } from '../domain/contact.ts';
import { showUserAgent } from '../domain/user-agent.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { AstdbComparison, ContactComparison } from './facts.ts';

/** @param settles milliseconds between the two looks */
export async function compareContacts(
  asterisk: Pick<Asterisk, 'listContacts'>,
  table: ExtensionTable,
  settles: number,
): Promise<ContactComparison> {
  const first = await differentContacts(asterisk, table);
  if (first.different.length === 0) return first;
  await wait(settles);
  const second = await differentContacts(asterisk, table);
  return { ...second, different: second.different.filter((one) => first.different.includes(one)) };
}

/** @param read the family as it is; @param wanted as it should be, below the family */
export async function compareAstdb(
  read: () => Promise<ReadonlyMap<string, string>>,
  wanted: () => ReadonlyMap<string, string>,
  settles: number,
): Promise<AstdbComparison> {
  const first = differentKeys(await read(), wanted());
  if (first.wrong.length === 0) return first;
  await wait(settles);
  const second = differentKeys(await read(), wanted());
  return { ...second, wrong: second.wrong.filter((key) => first.wrong.includes(key)) };
}

/** The dialplan's own notes below JOURNAL/ are nobody's mistake. */
export function differentKeys(
  tree: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): AstdbComparison {
  const keys = new Set([...tree.keys(), ...wanted.keys()]);
  const wrong = [...keys].filter((key) => !key.startsWith('JOURNAL/') && tree.get(key) !== wanted.get(key));
  return { right: [...wanted].filter(([key, value]) => tree.get(key) === value).length, wrong };
}

async function differentContacts(
  asterisk: Pick<Asterisk, 'listContacts'>,
  table: ExtensionTable,
): Promise<ContactComparison> {
  const listed = await asterisk.listContacts();
  const byExtension = Map.groupBy(listed, ({ extension }) => extension);
  const different = [...new Set([...byExtension.keys(), ...table.names()])].filter((extension) => {
    const theirs = (byExtension.get(extension) ?? []).map(fingerprint).sort();
    const ours = table
      .contacts(extension)
      .map(({ contact }) => fingerprint(contact))
      .sort();
    return theirs.join('\n') !== ours.join('\n');
  });
  return { listed: listed.length, different };
}

function fingerprint({ id, userAgent }: Contact): string {
  return `${id} ${userAgent.kind} ${showUserAgent(userAgent)}`;
}
