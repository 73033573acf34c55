/**
 * Turns a pattern (RE2 syntax) into a test that takes time linear in the text, whatever the text, or says why it cannot
 * be used. Searches: the pattern is anchored only where it says so. It never matches by backtracking over choices, and
 * it keeps nothing of the texts it has seen.
 */
import { RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js';
import type { PatternCompiler, PatternFault, TextTest } from '../domain/matcher.ts';
import { MAX_USER_AGENT_BYTES } from '../domain/user-agent.ts';
import { size, steps } from './cost.ts';
import { readShape } from './syntax.ts';

/** The longest pattern, in characters. */
export const MAX_PATTERN_CHARACTERS = 256;
/** The most parts, with repeats written out. Within it the engine's memory for one test is fixed and small. */
export const MAX_PATTERN_PARTS = 450;
/** The same as the engine counts, groups included: beyond 500 it would leave its bounded memory. */
const MAX_ENGINE_PARTS = 500;
/** The most steps on the worst User-Agent: about a millisecond. */
export const MAX_PATTERN_STEPS = 40_000;

/** Texts with nothing in common: a pattern that accepts them all tells no phone from any other. */
const STRANGERS = ['friendly-scanner', 'Yealink SIP-T46U 108.86.0.20', 'Zoiper rv2.10.8.2', 'qqqq'];

const TOO_LARGE: PatternFault = {
  fault: `the pattern's repeats make it too large (more than ${MAX_PATTERN_PARTS} parts)`,
  hint: 'Repeat less, above all inside what repeats itself.',
};

/** Accepts what RE2 accepts, `(?i)`, `(?P<name>…)` and `\Q…\E` among it, within the limits above. */
export const compilePattern: PatternCompiler = (source) => {
  const fault = faultInText(source) ?? faultInShape(source);
  if (fault) return fault;
  const engine = compile(source);
  if ('fault' in engine) return engine;
  if (engine.programSize() > MAX_ENGINE_PARTS) return TOO_LARGE;
  const test: TextTest = (text) => text.length <= MAX_USER_AGENT_BYTES && engine.matcher(text).find();
  return faultInReach(test) ?? test;
};

function faultInText(source: string): PatternFault | undefined {
  if (source === '') return { fault: 'the pattern is empty', hint: 'Write at least the name of the phone.' };
  if (source.length > MAX_PATTERN_CHARACTERS) {
    return {
      fault: `the pattern has ${source.length} characters; the most is ${MAX_PATTERN_CHARACTERS}`,
      hint: 'Shorten it, or make two alternatives of the lock.',
    };
  }
  return undefined;
}

function faultInShape(source: string): PatternFault | undefined {
  const shape = readShape(source);
  if ('fault' in shape) return shape;
  if (size(shape) > MAX_PATTERN_PARTS) return TOO_LARGE;
  if (steps(shape) > MAX_PATTERN_STEPS) {
    return {
      fault: 'a hostile User-Agent could keep this pattern busy for too long',
      hint: 'Begin it with ^, shorten it, or repeat less.',
    };
  }
  return undefined;
}

function compile(source: string): RE2JS | PatternFault {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const what = error instanceof RE2JSSyntaxException ? error.getDescription() : error.message;
    return {
      fault: `not a valid pattern: ${what}`,
      hint: 'Patterns are in RE2 syntax; put a backslash before a character that is meant literally.',
    };
  }
}

function faultInReach(test: TextTest): PatternFault | undefined {
  if (test('')) {
    return {
      fault: 'the pattern matches the empty text, so it matches any User-Agent or none',
      hint: 'Name something that must be there.',
    };
  }
  if (STRANGERS.every(test)) {
    return { fault: 'the pattern matches every User-Agent', hint: 'Name the phone it is meant for.' };
  }
  return undefined;
}
