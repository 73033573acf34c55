/**
 * Judges a change that nobody made against what is registered now: whose lock would be another, which phones would be
 * refused that are not now, and which open violations would end. It changes nothing, and lets calls have their turn.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Contact } from '../domain/contact.ts';
import { acceptedBy, answerOf, judgeCall, type StandingOf } from '../domain/verdict.ts';
import { reported } from '../operator/report.ts';
import { type LockInForce, lockUnder } from '../state/lock-in-force.ts';
import type { ApiDeps } from './deps.ts';
import { inTurns } from './in-turns.ts';
import type { KnownDevices } from './known-devices.ts';
import type { Preview } from './shapes.ts';
import { viewAddress, viewLock, viewUserAgent, viewViolation } from './views.ts';
import { type Change, type WouldBe, wouldBe } from './would-be.ts';

/** Of each list; the counts tell of all. */
const MOST_LISTED = 1000;
/** One takes up to 50 microseconds, but where its patterns are new. */
const JUDGED_A_TURN = 100;
/** Milliseconds after which calls get their turn, however few were judged. */
const LONGEST_TURN = 10;

type Deps = Pick<ApiDeps, 'table' | 'book' | 'library'>;
type Standing = ReturnType<StandingOf>;

const LISTS = ['changes', 'wouldViolate', 'wouldEnd', 'failed'] as const;
type Lists = { -readonly [K in (typeof LISTS)[number]]: Preview[K][number][] };

/** @throws Fault where the change could not be made at all */
export async function previewOf(change: Change, deps: Deps, known: KnownDevices): Promise<Preview> {
  await known.refresh();
  const would = wouldBe(change, { ...deps, known });
  const all = emptyLists();
  const total = { changes: 0, wouldViolate: 0, wouldEnd: 0, failed: 0 };
  for await (const slice of inTurns([...would.extensions], JUDGED_A_TURN)) {
    let began = performance.now();
    for (const extension of slice) {
      if (performance.now() - began > LONGEST_TURN) {
        await turn();
        began = performance.now();
      }
      const found = emptyLists();
      reported(found, extension, () => judge(extension, would, deps, found));
      for (const list of LISTS) {
        total[list] += found[list].length;
        const room = MOST_LISTED - all[list].length;
        (all[list] as unknown[]).push(...found[list].slice(0, room));
      }
    }
  }
  const { changes: changed, ...counts } = total;
  const complete = LISTS.every((list) => all[list].length === total[list]);
  return { ...all, counts: { changed, ...counts }, complete };
}

function emptyLists(): Lists {
  return { changes: [], wouldViolate: [], wouldEnd: [], failed: [] };
}

function judge(extension: string, would: WouldBe, { table, book }: Deps, into: Lists): void {
  const decided = would.decided(extension);
  const before = table.lockInForce(extension);
  const after = lockUnder(decided.settings, decided.policy, table.isListed(extension));
  const isChanged = would.isTouched(extension) || !isSame(before, after);
  const open = book.open(extension);
  if (!isChanged) {
    if (would.isCleared(extension)) into.wouldEnd.push(...open.map(viewViolation));
    return;
  }
  into.changes.push({ extension, lockBefore: viewLock(before), lockAfter: viewLock(after) });
  const then = table.standingIf(extension, decided);
  judgeContacts(extension, then, table, into);
  const accepts = acceptedBy(then);
  const ends = open.filter(
    ({ userAgent, address }) =>
      would.isCleared(extension) || accepts === undefined || accepts(userAgent, address),
  );
  into.wouldEnd.push(...ends.map(viewViolation));
}

/** A phone would be refused from where it is registered, and is not now: it is called in violation, or passes in `monitor`. */
function judgeContacts(extension: string, then: Standing, table: ApiDeps['table'], into: Lists): void {
  const contacts = table.contacts(extension);
  if (contacts.length === 0) return;
  const now = table.standingOf(extension);
  for (const { contact } of contacts) {
    const after = callOf(contact, then);
    const before = callOf(contact, now);
    if (after.verdict.kind !== 'deny') continue;
    const isWorse = answerOf(before).kind !== 'deny' && answerOf(after).kind === 'deny';
    if (before.verdict.kind === 'deny' && !isWorse) continue;
    // Where the source is not known, its calls may still come from an address that is.
    const { reason } = after.verdict;
    if (reason === 'not-registered' && contact.source === undefined) continue;
    // What a REGISTER only claimed of its source is not held against it.
    if (reason === 'wrong-network' && contact.source?.proof === 'claimed') continue;
    const { userAgent, userAgentFault } = viewUserAgent(contact.userAgent);
    const address = viewAddress(contact.source?.address);
    into.wouldViolate.push({ extension, userAgent, userAgentFault, address, reason });
  }
}

function callOf({ extension, userAgent, source }: Contact, standing: Standing) {
  const call = { endpoint: extension, userAgent, address: source?.address, behind: [] };
  return judgeCall(call, () => standing);
}

function isSame(a: LockInForce, b: LockInForce): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
