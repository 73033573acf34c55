/**
 * One request for many extensions: what cannot be for one of them is told, and the others have it. It goes in slices,
 * each on disk together; between them calls have their turn.
 */
import { setImmediate as afterCalls } from 'node:timers/promises';
import type { ExtensionPolicy } from '../domain/policy.ts';
import type { Clearing } from './clearing.ts';
import { asksForPolicy, type BulkRequest } from './new-policy.ts';
import { type BulkReport, note, reported } from './report.ts';
import type { Turn } from './turn.ts';

/** Extensions changed in one go: some milliseconds of work. */
const SLICE = 500;

/** Within a turn. Rejects with a {@link Fault} where it cannot be for any; then nothing has changed. */
export async function changeMany(
  turn: Turn,
  clearing: Pick<Clearing, 'clearAll'>,
  extensions: Iterable<string>,
  request: BulkRequest,
  who: string,
): Promise<BulkReport> {
  for (const one of request.alternatives ?? []) if (one.kind !== 'this-device') turn.checkAlternative(one);
  const report: BulkReport = { done: [], failed: [] };
  const names = [...new Set(extensions)];
  for (let at = 0; at < names.length; at += SLICE) {
    await changeSlice(turn, clearing, names.slice(at, at + SLICE), request, who, report);
    await afterCalls();
  }
  return report;
}

async function changeSlice(
  turn: Turn,
  clearing: Pick<Clearing, 'clearAll'>,
  names: readonly string[],
  request: BulkRequest,
  who: string,
  report: BulkReport,
): Promise<void> {
  const policies = new Map<string, ExtensionPolicy>();
  const able = names.filter((extension) =>
    reported(report, extension, () => {
      turn.checkExtension(extension);
      if (asksForPolicy(request)) policies.set(extension, turn.newPolicy(extension, request));
    }),
  );
  const cleared = request.clear === true ? able : [];
  const audit = [
    ...turn.auditPolicies(policies, request.unlock === true ? 'unlock' : 'lock', who),
    ...cleared.map((extension) => turn.audit(who, 'clear', extension, 'open violations')),
  ];
  if (audit.length === 0) return;
  try {
    await turn.commit({ policies, audit });
  } catch (error) {
    if (report.done.length === 0) throw error;
    for (const extension of able) note(report, extension, error);
    return;
  }
  try {
    await clearing.clearAll(cleared);
    report.done.push(...able);
  } catch (error) {
    for (const extension of cleared) note(report, extension, error);
  }
}
