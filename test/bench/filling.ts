/** Fills a database as the service itself would have left it: locks, extensions, contacts. */
import type { Contact } from '../../src/domain/contact.ts';
import { type ExtensionPolicy, NO_POLICY } from '../../src/domain/policy.ts';
import { openStore } from '../../src/store/client.ts';
import { inhabitant } from './population.ts';

/** Policies in one change. */
const CHUNK = 5000;
const MAX_PENDING = 1_000_000;

export async function fillDatabase(path: string, size: number): Promise<void> {
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const store = await openStore({ path, logger: silent, deadline: 60_000, maxPending: MAX_PENDING });
  const everybody = Array.from({ length: size }, (_, index) => inhabitant(index));
  const locked = everybody.filter(({ lock }) => lock !== undefined);
  for (let from = 0; from < locked.length; from += CHUNK) {
    const policies = new Map<string, ExtensionPolicy>(
      locked.slice(from, from + CHUNK).map(({ extension, lock }) => [extension, { ...NO_POLICY, lock }]),
    );
    await store.commit({ policies, audit: [] });
  }
  await store.recovered();
  store.putExtensions(new Map(everybody.map(({ extension }) => [extension, undefined])));
  for (const one of everybody) store.putContact(contactOf(one));
  // A read waits for what was put before.
  while ((await store.health()).pending > 0) await store.audit({ limit: 1 });
  const { dropped, failure } = await store.health();
  await store.close();
  if (dropped > 0 || failure !== undefined) throw new Error(`the database was not filled: ${failure}`);
}

function contactOf(one: ReturnType<typeof inhabitant>): Contact {
  const { extension, userAgent, ip, port, uri, callId, contactId } = one;
  return {
    ...{ id: contactId, extension, uri, callId },
    userAgent: { kind: 'text', text: userAgent },
    expires: Math.floor(Date.now() / 1000) + 3600,
    source: { address: { transport: 'udp', ip, port }, proof: 'seen' },
  };
}
