/** Makes a lock of what an operator asked for. Pure; refuses what makes no lock with a {@link Fault}. */
import { Fault } from '../domain/fault.ts';
import { type Alternative, type Lock, MAX_ALTERNATIVES, sameAlternative } from '../domain/lock.ts';
import type { UserAgent } from '../domain/user-agent.ts';

/**
 * The device an extension is registered with.
 * @param registered the User-Agents of its live contacts
 */
export function capture(extension: string, registered: readonly UserAgent[]): Alternative {
  const texts = registered.flatMap((userAgent) => (userAgent.kind === 'text' ? [userAgent.text] : []));
  const [first, ...others] = new Set(texts);
  if (first === undefined) {
    const hint =
      registered.length === 0
        ? 'Register the phone, or give its User-Agent with --exact.'
        : 'What is registered names no device that a lock could hold; give one with --exact.';
    throw new Fault('no-device', `Extension ${extension} has no registered phone to capture.`, hint);
  }
  if (others.length > 0) {
    const list = [first, ...others].map((device) => `"${device}"`).join(', ');
    throw new Fault(
      'several-devices',
      `Extension ${extension} has several different phones registered: ${list}.`,
      'Say which one with --exact "..." (and --add for another).',
    );
  }
  return { kind: 'device', userAgent: first };
}

/** The alternatives that were there with those that were asked for, each once. */
export function combine(was: Lock | undefined, asked: readonly Alternative[]): Lock {
  const alternatives = [...(was?.alternatives ?? [])];
  for (const one of asked) {
    if (!alternatives.some((other) => sameAlternative(one, other))) alternatives.push(one);
  }
  if (alternatives.length === 0) {
    throw new Fault('malformed', 'A lock needs at least one alternative.', 'Use unlock to remove the lock.');
  }
  if (alternatives.length > MAX_ALTERNATIVES) {
    throw new Fault(
      'too-many-alternatives',
      `A lock holds at most ${MAX_ALTERNATIVES} alternatives; this one would have ${alternatives.length}.`,
      'Use a phone model or a prefix that covers several.',
    );
  }
  return { alternatives };
}
