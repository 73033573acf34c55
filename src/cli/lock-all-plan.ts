/**
 * What locking every extension to its present phone would do, worked out of what the service knows: pure. Also the
 * document that does it, and the one that takes it back.
 */
import type { ExportDocument, ExtensionSummary } from '../api/shapes.ts';
import { undoDocument } from '../api/undo-document.ts';
import { type Alternative, MAX_LOCK_TEXT, type Mode, sameAlternative } from '../domain/lock.ts';

export interface LockAllWishes {
  /** The phone models that match a User-Agent; undefined locks every extension to its exact device. */
  readonly modelsOf: ((userAgent: string) => readonly string[]) | undefined;
  readonly isAttackTool: (userAgent: string) => boolean;
}

/** One extension: the lock it would get, or why it gets none. */
export interface Proposal {
  readonly extension: string;
  readonly label: string | null;
  /** What is registered now. */
  readonly devices: readonly string[];
  readonly alternative: Alternative | null;
  readonly whyNot: WhyNot | null;
}

export type WhyNot =
  | 'locked already'
  | 'not an extension of Asterisk'
  | 'no phone is registered'
  | 'several different phones are registered'
  | 'the phone names no device a lock could hold'
  | 'an attack tool is registered'
  | 'a wrong device is registered'
  | 'violations are open';

export function proposeLocks(extensions: readonly ExtensionSummary[], wishes: LockAllWishes): Proposal[] {
  return extensions.map((found) => {
    const { extension, label, contacts } = found;
    const devices = [...new Set(contacts.map(({ userAgent }) => userAgent ?? '(none)'))];
    const whyNot = whyNotOf(found, devices, wishes);
    const alternative = whyNot === null ? alternativeOf(devices[0] ?? '', wishes) : null;
    return { extension, label, devices, alternative, whyNot };
  });
}

function whyNotOf(found: ExtensionSummary, devices: readonly string[], wishes: LockAllWishes): WhyNot | null {
  const { contacts, lock, listed, openViolations } = found;
  if (lock.source === 'own') return 'locked already';
  if (!listed) return 'not an extension of Asterisk';
  if (contacts.length === 0) return 'no phone is registered';
  if (devices.some(wishes.isAttackTool)) return 'an attack tool is registered';
  if (devices.length > 1) return 'several different phones are registered';
  if (contacts.some(({ matches }) => matches === false)) return 'a wrong device is registered';
  if (openViolations > 0) return 'violations are open';
  const [first] = contacts;
  const isDevice = first?.userAgent != null && first.userAgentFault === null;
  return isDevice && first.userAgent.length <= MAX_LOCK_TEXT
    ? null
    : 'the phone names no device a lock could hold';
}

/** A model only where exactly one claims the phone: of two, an operator has to say which. */
function alternativeOf(userAgent: string, { modelsOf }: LockAllWishes): Alternative {
  const [model, ...others] = modelsOf?.(userAgent) ?? [];
  if (model === undefined || others.length > 0) return { kind: 'device', userAgent };
  return { kind: 'model', model };
}

/** Of those that were looked at, the ones of which the same still holds. */
export function unchanged(looked: readonly Proposal[], now: readonly Proposal[]): Proposal[] {
  const lockOf = new Map(now.map(({ extension, alternative }) => [extension, alternative]));
  return looked.filter(({ extension, alternative }) => {
    const still = lockOf.get(extension);
    return alternative !== null && still != null && sameAlternative(alternative, still);
  });
}

export interface LockAllDocuments {
  readonly apply: ExportDocument;
  /** What these extensions, and only these, had before. */
  readonly undo: ExportDocument;
}

/** @param before everything operators decided so far: what else is decided of an extension stays */
export function documentsOf(
  proposals: readonly Proposal[],
  before: ExportDocument,
  mode: Mode | undefined,
): LockAllDocuments {
  const chosen = proposals.filter(({ alternative }) => alternative !== null);
  const undo = undoDocument(
    chosen.map(({ extension }) => extension),
    before,
  );
  const policies = chosen.flatMap(({ extension, alternative }) => {
    const was = undo.policies[extension];
    if (alternative === null || was === undefined) return [];
    return [[extension, { ...was, alternatives: [alternative], mode: mode ?? was.mode }] as const];
  });
  return { apply: { ...undo, policies: Object.fromEntries(policies) }, undo };
}
