/** One extension as the console's table shows it, from memory and what the database remembers. Pure. */
import type { Sighting } from '../domain/sighting.ts';
import type { UserAgent } from '../domain/user-agent.ts';
import type { ApiDeps } from './deps.ts';
import { daysOf, type History } from './history.ts';
import type { KnownDevices } from './known-devices.ts';
import type { LastSeen, OverviewContact, OverviewRow } from './shapes.ts';
import { iso, isoOrNull, viewAddress, viewIdentity, viewLock, viewUserAgent } from './views.ts';

export interface RowSources extends Pick<ApiDeps, 'table' | 'book' | 'identify' | 'enrolment'> {
  readonly known: KnownDevices;
  readonly history: History;
}

export function overviewRow(sources: RowSources, extension: string): OverviewRow {
  const { table, book, history, enrolment } = sources;
  const contacts = table.contacts(extension);
  const last = history.last.get(extension);
  const seen = contacts.map(({ contact }) => contact.userAgent);
  return {
    extension,
    label: table.label(extension) ?? null,
    listed: table.isListed(extension),
    lock: viewLock(table.lockInForce(extension)),
    policyMode: table.policy(extension).mode ?? null,
    codeExpires: isoOrNull(enrolment.pending(extension)?.expires),
    contacts: contacts.map((judged) => viewOverviewContact(sources, judged)),
    openViolations: book.open(extension).length,
    lastSeen: last === undefined ? null : viewLast(sources, last),
    known: isKnown(sources, seen.length === 0 && last !== undefined ? [last.userAgent] : seen),
    violationDays: daysOf(history, extension),
  };
}

function viewOverviewContact(
  { history, identify }: RowSources,
  { contact, matches }: ReturnType<ApiDeps['table']['contacts']>[number],
): OverviewContact {
  const { id, userAgent, source, expires } = contact;
  const { vendor, model, firmware } = viewIdentity(userAgent, identify);
  return {
    ...viewUserAgent(userAgent),
    ...{ vendor, model, firmware },
    address: viewAddress(source?.address),
    matches: matches ?? null,
    expires: iso(expires * 1000),
    since: isoOrNull(history.since.get(id)),
  };
}

function viewLast({ identify }: RowSources, { userAgent, address, lastSeen }: Sighting): LastSeen {
  const { vendor, model } = viewIdentity(userAgent, identify);
  return {
    ...viewUserAgent(userAgent),
    ...{ vendor, model },
    address: viewAddress(address),
    at: iso(lastSeen),
  };
}

/** One device that the library does not have is enough to say so. */
function isKnown({ known }: RowSources, seen: readonly UserAgent[]): boolean | null {
  const texts = seen.flatMap((userAgent) => (userAgent.kind === 'text' ? [userAgent.text] : []));
  if (texts.length === 0) return null;
  return texts.every((text) => known.modelOf(text) !== undefined);
}
