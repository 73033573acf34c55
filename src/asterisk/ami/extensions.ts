/**
 * Which endpoints belong to a person or a phone. FreePBX says so in AstDB; elsewhere it is an endpoint that must log
 * in here and itself logs in nowhere. It never asks for one endpoint's details: their answer holds the SIP password.
 */
import type { Extension } from '../port.ts';
import type { AmiDatabase } from './database.ts';
import { emptyAt } from './refusal.ts';
import type { AmiRequests } from './requests.ts';

/** `auto` asks AstDB, and PJSIP where AstDB has no device. */
export type ExtensionSource = 'auto' | 'astdb' | 'pjsip';

export interface ExtensionOptions {
  readonly source: ExtensionSource;
  /** Endpoints that log in here and yet are trunks; PJSIP alone cannot tell. */
  readonly trunks: readonly string[];
}

/** Names are asked for so many at a time, so that a large PBX's do not fill the connection. */
const BATCH = 50;

export async function listExtensions(
  client: AmiRequests,
  database: AmiDatabase,
  { source, trunks }: ExtensionOptions,
): Promise<Extension[]> {
  if (source !== 'pjsip') {
    const devices = await database.tree('DEVICE');
    const hasDevices = [...devices.keys()].some((key) => key.endsWith('/tech'));
    if (source === 'astdb' || hasDevices) return extensionsOfDevices(devices, database);
  }
  return extensionsOfEndpoints(client, trunks);
}

async function extensionsOfDevices(
  devices: ReadonlyMap<string, string>,
  database: AmiDatabase,
): Promise<Extension[]> {
  const names = [...devices]
    .filter(([key, value]) => key.endsWith('/tech') && value === 'pjsip')
    .map(([key]) => key.slice(0, -'/tech'.length));
  return inBatches(names, async (name) => {
    const user = devices.get(`${name}/user`);
    const hasUser = user !== undefined && user !== '' && user !== 'none';
    const cidName = hasUser ? await database.get('AMPUSER', `${user}/cidname`) : undefined;
    return { name, label: cidName || devices.get(`${name}/description`) || undefined };
  });
}

async function extensionsOfEndpoints(client: AmiRequests, trunks: readonly string[]): Promise<Extension[]> {
  const endpoints = await client.list('PJSIPShowEndpoints').catch(emptyAt(/no endpoints found/i));
  const names = endpoints
    .filter((event) => hasText(event.text('Auths')) && !hasText(event.text('OutboundAuths')))
    .map((event) => event.text('ObjectName') ?? '')
    .filter((name) => name !== '' && !trunks.includes(name));
  return inBatches(names, async (name) => ({ name, label: await callerName(client, name) }));
}

/** The name in an endpoint's `callerid`, which Asterisk writes as `"Name" <number>` or `<unknown>`. */
async function callerName(client: AmiRequests, endpoint: string): Promise<string | undefined> {
  if (!/^[\w.+@-]+$/.test(endpoint)) return undefined;
  const reply = await client.request('Getvar', [['Variable', `PJSIP_ENDPOINT(${endpoint},callerid)`]]);
  return /^"([^"]+)"/.exec(reply.text('Value') ?? '')?.[1];
}

function hasText(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}

async function inBatches<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += BATCH) {
    results.push(...(await Promise.all(items.slice(start, start + BATCH).map(run))));
  }
  return results;
}
