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
    const devices = await devicesOf(database);
    if (source === 'astdb' || devices.hasAny) return extensionsOfDevices(devices.pjsip, database);
  }
  return extensionsOfEndpoints(client, trunks);
}

interface Device {
  tech?: string;
  user?: string;
  description?: string;
}

/** Of a device's dozen entries only these three are kept. */
async function devicesOf(database: AmiDatabase): Promise<{ pjsip: [string, Device][]; hasAny: boolean }> {
  const devices = new Map<string, Device>();
  const pjsip: [string, Device][] = [];
  let hasAny = false;
  await database.each('DEVICE', (key, value) => {
    const [, name = '', field] = /^(.+)\/(tech|user|description)$/.exec(key) ?? [];
    if (field === undefined) return;
    const device = devices.get(name) ?? {};
    devices.set(name, device);
    device[field as keyof Device] = value;
    if (field !== 'tech') return;
    hasAny = true;
    if (value === 'pjsip') pjsip.push([name, device]);
  });
  return { pjsip, hasAny };
}

async function extensionsOfDevices(
  devices: readonly [string, Device][],
  database: AmiDatabase,
): Promise<Extension[]> {
  return inBatches(devices, async ([name, { user, description }]) => {
    const hasUser = user !== undefined && user !== '' && user !== 'none';
    const cidName = hasUser ? await database.get('AMPUSER', `${user}/cidname`) : undefined;
    return { name, label: cidName || description || undefined };
  });
}

async function extensionsOfEndpoints(client: AmiRequests, trunks: readonly string[]): Promise<Extension[]> {
  const names: string[] = [];
  await client
    .list('PJSIPShowEndpoints', [], (event) => {
      const name = event.text('ObjectName') ?? '';
      if (!hasText(event.text('Auths')) || hasText(event.text('OutboundAuths'))) return;
      if (name !== '' && !trunks.includes(name)) names.push(name);
    })
    .catch(emptyAt(/no endpoints found/i));
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
