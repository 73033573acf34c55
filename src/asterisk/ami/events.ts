/** Reads the AMI events that say something happened at an AOR. Pure: everything else gives undefined. */
import { parseSecurityAddress } from '../../domain/address.ts';
import type { AsteriskEvents } from '../port.ts';
import { clipCallId } from './contact-fields.ts';
import type { AmiMessage } from './message.ts';

export type Happening =
  | { readonly kind: 'contactChanged'; readonly change: AsteriskEvents['contactChanged'][0] }
  | { readonly kind: 'authenticated'; readonly login: AsteriskEvents['authenticated'][0] }
  | { readonly kind: 'reloaded' };

/** One `pjsip reload` reloads several modules, each with its event; these are the ones that bring endpoints. */
const ENDPOINT_MODULES = new Set(['All', 'res_pjsip.so', 'res_pjsip_config_wizard.so']);

export function readEvent(message: AmiMessage): Happening | undefined {
  switch (message.event) {
    case 'ContactStatus':
      return readContactStatus(message);
    case 'SuccessfulAuth':
      return readSuccessfulAuth(message);
    case 'Reload':
      return ENDPOINT_MODULES.has(message.text('Module') ?? '') ? { kind: 'reloaded' } : undefined;
    default:
      return undefined;
  }
}

function readContactStatus(message: AmiMessage): Happening | undefined {
  const aor = message.text('AOR');
  const uri = message.text('URI');
  if (!aor || !uri) return undefined;
  return {
    kind: 'contactChanged',
    change: { aor, uri, removed: message.text('ContactStatus') === 'Removed' },
  };
}

function readSuccessfulAuth(message: AmiMessage): Happening | undefined {
  const endpoint = message.text('AccountID');
  if (!endpoint || message.text('Service') !== 'PJSIP') return undefined;
  const address = parseSecurityAddress(message.text('RemoteAddress') ?? '');
  const callId = clipCallId(message.text('SessionID') ?? '');
  return { kind: 'authenticated', login: { endpoint, address, callId } };
}
