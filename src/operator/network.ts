/** Whether a text can name where a phone may be: a network in CIDR notation, an address, or a host name. */
import { isIP } from 'node:net';
import { MAX_NETWORK_TEXT } from '../domain/policy.ts';

const HOST_NAME =
  /^(?=.*[A-Za-z])[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\.?$/;

/** Why this cannot be a network; undefined where it can. */
export function faultOfNetwork(text: string): string | undefined {
  if (text.length === 0 || text.length > MAX_NETWORK_TEXT)
    return `it has not 1 to ${MAX_NETWORK_TEXT} characters`;
  const [address = '', prefix, ...rest] = text.split('/');
  if (prefix === undefined) {
    return isIP(address) > 0 || HOST_NAME.test(address)
      ? undefined
      : 'it is neither an address nor a host name';
  }
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return 'what stands before the / is no address';
  const longest = version === 4 ? 32 : 128;
  const isLength = /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest;
  return isLength ? undefined : `what stands after the / is not 0 to ${longest}`;
}
