/** Turns a lock into one question: does it accept this User-Agent? Comparison is exact to the byte, never case-folded. */
import type { Alternative, Lock } from './lock.ts';
import type { UserAgent } from './user-agent.ts';

/** A test that takes time linear in the text, whatever the text. */
export type TextTest = (text: string) => boolean;

/** Why a pattern cannot be used, for the person who wrote it. */
export interface PatternFault {
  readonly fault: string;
  readonly hint: string;
}

/** Compiles RE2 syntax; implemented outside the domain. */
export type PatternCompiler = (source: string) => TextTest | PatternFault;

export type UserAgentTest = (userAgent: UserAgent) => boolean;

/**
 * @param modelTest the compiled pattern of a phone model; undefined for a model that is not in the library, which
 * accepts nothing
 * @param compile for the operator's own patterns, which were checked when they were saved; one that no longer
 * compiles accepts nothing
 */
export function compileLock(
  lock: Lock,
  modelTest: (model: string) => TextTest | undefined,
  compile: PatternCompiler,
): UserAgentTest {
  const tests = lock.alternatives.map((alternative) => compileAlternative(alternative, modelTest, compile));
  return (userAgent) => userAgent.kind === 'text' && tests.some((test) => test(userAgent.text));
}

export function compileAlternative(
  alternative: Alternative,
  modelTest: (model: string) => TextTest | undefined,
  compile: PatternCompiler,
): TextTest {
  switch (alternative.kind) {
    case 'device':
      return (text) => text === alternative.userAgent;
    case 'model':
      return modelTest(alternative.model) ?? nothing;
    case 'custom':
      return compileCustom(alternative.match, alternative.value, compile);
  }
}

function compileCustom(
  match: 'exact' | 'prefix' | 'pattern',
  value: string,
  compile: PatternCompiler,
): TextTest {
  switch (match) {
    case 'exact':
      return (text) => text === value;
    case 'prefix':
      return (text) => text.startsWith(value);
    case 'pattern': {
      const test = compile(value);
      return typeof test === 'function' ? test : nothing;
    }
  }
}

const nothing: TextTest = () => false;
