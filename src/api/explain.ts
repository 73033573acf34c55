/** Asks the verdict of a call that nobody made, and says what decided. Records nothing. */
import { type SourceAddress, sameAddress } from '../domain/address.ts';
import type { UserAgent } from '../domain/user-agent.ts';
import { answerOf, judgeCall, type Verdict } from '../domain/verdict.ts';
import type { ExtensionTable } from '../state/extension-table.ts';
import type { CheckRule, CheckView } from './shapes.ts';
import { type Identify, viewAddress, viewContact, viewLock, viewUserAgent } from './views.ts';

const RULE: Readonly<Record<Verdict['reason'], CheckRule>> = {
  'no-extension': 'no-extension',
  'no-lock': 'no-lock',
  matches: 'matches',
  'wrong-device': 'user-agent',
  'no-user-agent': 'user-agent',
  'malformed-user-agent': 'user-agent',
  'wrong-device-registered': 'wrong-device-registered',
  'not-registered': 'require-registration',
  'wrong-network': 'networks',
  'newer-firmware': 'newer-firmware',
  'contacts-not-listed': 'not-known-yet',
  'locks-not-loaded': 'not-known-yet',
};

export function explainCall(
  table: ExtensionTable,
  extension: string,
  userAgent: UserAgent,
  address: SourceAddress | undefined,
  identify: Identify,
): CheckView {
  const judgement = judgeCall({ endpoint: extension, userAgent, address, behind: [] }, table.standingOf);
  const { verdict, role, mode } = judgement;
  const inForce = table.lockInForce(extension);
  const granted = inForce.grants.map(({ alternative }) => alternative);
  const alternatives = [...(inForce.lock?.alternatives ?? []), ...granted].map((alternative) => ({
    alternative,
    matches: table.compile({ alternatives: [alternative] })(userAgent),
  }));
  return {
    extension,
    ...viewUserAgent(userAgent),
    address: viewAddress(address),
    answer: answerOf(judgement).kind,
    verdict: verdict.kind,
    reason: verdict.reason,
    role,
    mode,
    lock: viewLock(inForce),
    rule: RULE[verdict.reason],
    alternatives,
    contact: contactAt(table, extension, address, verdict, identify),
  };
}

/** Where an address was given: the contact there that spoke for the call or against it. */
function contactAt(
  table: ExtensionTable,
  extension: string,
  address: SourceAddress | undefined,
  verdict: Verdict,
  identify: Identify,
): CheckView['contact'] {
  if (address === undefined) return null;
  const here = table
    .contacts(extension)
    .filter(({ contact }) => contact.source !== undefined && sameAddress(contact.source.address, address));
  const decisive = here.find(({ matches }) => matches === (verdict.reason !== 'wrong-device-registered'));
  return decisive === undefined ? null : viewContact(decisive, identify);
}
