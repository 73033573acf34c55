/**
 * Which device an extension without a lock takes for its own: the first that registers, where nothing speaks against it.
 * Pure. It never takes what could be somebody else's: where two were seen, a person decides.
 */
import type { Sighting } from './sighting.ts';
import { sameUserAgent, type UserAgent } from './user-agent.ts';

export type FirstUseRefusal =
  /** Different devices are registered now. */
  | 'several-devices'
  /** Another device registered here within {@link SEEN_WITHIN_MS}, or since an operator began anew. */
  | 'another-before'
  /** It calls itself what an attack tool does. */
  | 'attack-tool'
  /** It sends no User-Agent that a lock could hold. */
  | 'no-device'
  /** It is outside the networks the extension may be in, or nobody can tell. */
  | 'wrong-network';

export type FirstUse =
  | { readonly kind: 'take'; readonly userAgent: string }
  | { readonly kind: 'decline'; readonly why: FirstUseRefusal };

/** A phone that is away for the holidays is no stranger. Milliseconds. */
export const SEEN_WITHIN_MS = 30 * 24 * 3_600_000;

export interface FirstUseFacts {
  /** What is registered now, each with whether it is within the networks in force. */
  readonly registered: readonly { readonly userAgent: UserAgent; readonly isWithin: boolean }[];
  /** What was seen here lately, by REGISTER or by INVITE. */
  readonly seen: readonly Sighting[];
  /** That is all since then; otherwise another device may be behind what somebody did very often. */
  readonly isSeenWhole: boolean;
  /** Of before, nothing counts. Milliseconds since the epoch. */
  readonly since: number;
  readonly isAttackTool: (userAgent: string) => boolean;
  /** The same phone under an older firmware is no other device. */
  readonly isUpdateOf: (seen: string, before: string) => boolean;
}

/** undefined where nothing is registered. */
export function judgeFirstUse(facts: FirstUseFacts): FirstUse | undefined {
  const { registered, isAttackTool } = facts;
  const [first] = registered;
  if (first === undefined) return undefined;
  const { userAgent } = first;
  if (registered.some((one) => !sameUserAgent(one.userAgent, userAgent))) return decline('several-devices');
  if (userAgent.kind !== 'text') return decline('no-device');
  if (isAttackTool(userAgent.text)) return decline('attack-tool');
  if (registered.some(({ isWithin }) => !isWithin)) return decline('wrong-network');
  if (wasAnother(facts, userAgent.text)) return decline('another-before');
  return { kind: 'take', userAgent: userAgent.text };
}

/** An INVITE alone makes no device: whoever called before it registered is judged by its REGISTER. */
function wasAnother({ seen, isSeenWhole, since, isUpdateOf }: FirstUseFacts, text: string): boolean {
  if (!isSeenWhole) return true;
  return seen.some(({ userAgent, by, lastSeen }) => {
    if (by !== 'REGISTER' || lastSeen < since) return false;
    if (userAgent.kind !== 'text') return true;
    return userAgent.text !== text && !isUpdateOf(text, userAgent.text);
  });
}

function decline(why: FirstUseRefusal): FirstUse {
  return { kind: 'decline', why };
}
