/** Tries a lock that nobody saved against the phones of its extension: those registered now, and those seen lately. */
import type { UserAgent } from '../domain/user-agent.ts';
import type { PolicyRequest } from '../operator/operator.ts';
import type { ApiDeps } from './deps.ts';
import type { KnownDevices } from './known-devices.ts';
import type { LockTrial } from './shapes.ts';
import { viewContact, viewSighting } from './views.ts';
import { wouldBe } from './would-be.ts';

/** The latest so many. */
const SIGHTINGS = 20;

/** @throws Fault where the lock could not be made */
export async function lockTrialOf(
  extension: string,
  request: PolicyRequest,
  deps: ApiDeps,
  known: KnownDevices,
): Promise<LockTrial> {
  const { table, store, identify } = deps;
  const { policy, compile } = wouldBe({ policies: { [extension]: request } }, { ...deps, known }).decided(
    extension,
  );
  const accepts = policy.lock === undefined ? () => true : compile(policy.lock);
  const judged = <T>(view: T, userAgent: UserAgent) => ({ ...view, matches: accepts(userAgent) });
  const sightings = await store.sightings({ extension, limit: SIGHTINGS });
  return {
    contacts: table
      .contacts(extension)
      .map((one) => judged(viewContact(one, identify), one.contact.userAgent)),
    sightings: sightings.map((one) => judged(viewSighting(one, identify), one.userAgent)),
  };
}
