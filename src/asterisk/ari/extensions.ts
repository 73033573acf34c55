/**
 * Which endpoints belong to a person or a phone: on FreePBX those that AstDB calls devices, elsewhere those that must
 * log in here and themselves log in nowhere. An endpoint's record holds no password, its `auth` does: that is never
 * asked for.
 */
import { AsteriskError, type Extension } from '../port.ts';
import { concurrently } from './concurrently.ts';
import { getObject } from './contacts.ts';
import type { AriDatabase } from './database.ts';
import { isAorName } from './names.ts';
import type { AriSession } from './session.ts';
import type { AriAsteriskOptions } from './settings.ts';

const LANES = 6;

/** @see Asterisk.listExtensions */
export async function listExtensions(
  session: AriSession,
  database: AriDatabase,
  { extensionSource = 'auto', trunks = [] }: Pick<AriAsteriskOptions, 'extensionSource' | 'trunks'>,
): Promise<Extension[]> {
  const endpoints = await listEndpoints(session);
  const devices = new Set(extensionSource === 'pjsip' ? [] : await database.names('DEVICE'));
  const isFreePbx = extensionSource === 'astdb' || devices.size > 0;
  const candidates = endpoints.filter((name) => (isFreePbx ? devices.has(name) : !trunks.includes(name)));
  const found = await concurrently(candidates, LANES, async (name) => {
    const endpoint = await getObject(session, 'endpoint', name);
    if (endpoint === undefined) return undefined;
    const isPhone = hasText(endpoint, 'auth') && !hasText(endpoint, 'outbound_auth');
    return isFreePbx || isPhone ? { name, label: labelOf(endpoint) } : undefined;
  });
  return found.filter((extension) => extension !== undefined);
}

/** The names of all PJSIP endpoints, trunks too. */
export async function listEndpoints(session: AriSession): Promise<string[]> {
  const answer = await session.call('endpoints', 'listByTech', { tech: 'PJSIP' });
  if (!Array.isArray(answer)) throw new AsteriskError('malformed', 'ARI gave no list of endpoints');
  return (answer as unknown[])
    .map((one) => (typeof one === 'object' && one !== null && 'resource' in one ? one.resource : undefined))
    .filter((name): name is string => typeof name === 'string' && isAorName(name));
}

/** The name in an endpoint's `callerid`, which Asterisk writes as `"Name" <number>` or `<unknown>`. */
function labelOf(endpoint: ReadonlyMap<string, string>): string | undefined {
  return /^"([^"]+)"/.exec(endpoint.get('callerid') ?? '')?.[1];
}

function hasText(endpoint: ReadonlyMap<string, string>, attribute: string): boolean {
  return (endpoint.get(attribute) ?? '') !== '';
}
