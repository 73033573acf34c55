/**
 * What can be wrong with a phone model, by itself and beside the others. Pure: it reads no file and changes nothing. The
 * same check holds for the shipped library and for a model that an operator adds or edits.
 */
import type { PatternCompiler, TextTest } from '../domain/matcher.ts';
import { MODEL_ID, type PhoneModel } from '../domain/phone-model.ts';
import { MAX_USER_AGENT_BYTES, userAgentFromText } from '../domain/user-agent.ts';

/** The longest vendor or model name, in characters. */
export const MAX_NAME = 64;
/** The most samples of each sort that one model may carry. */
export const MAX_SAMPLES = 32;

export const MODEL_KINDS: readonly PhoneModel['kind'][] = [
  'desk',
  'dect',
  'conference',
  'adapter',
  'intercom',
  'soft',
  'server',
];

export interface ModelFault {
  readonly model: string;
  readonly field: keyof PhoneModel;
  /** Which of the samples, where it is about one: 0 is the first. */
  readonly index?: number;
  readonly fault: string;
  readonly hint: string;
}

/**
 * @param others the rest of the library; an entry with the model's own id counts as another model, so leave out the one
 * that is being replaced
 */
export function checkModel(
  model: PhoneModel,
  others: readonly PhoneModel[],
  compile: PatternCompiler,
): ModelFault[] {
  const faults = [...namesAtFault(model), ...samplesAtFault(model)];
  if (others.some((other) => other.id === model.id)) {
    faults.push(fault(model, 'id', 'another model has this id', 'Choose another id.'));
  }
  const test = compileOrFault(model, compile);
  if (typeof test !== 'function') return [...faults, test];
  return [...faults, ...sampleMisses(model, test), ...contested(model, test, others, compile)];
}

function namesAtFault(model: PhoneModel): ModelFault[] {
  const faults: ModelFault[] = [];
  if (!MODEL_ID.test(model.id)) {
    const hint = 'Use 2 to 40 lower-case letters, digits and hyphens, such as yealink-t.';
    faults.push(fault(model, 'id', 'not a valid id', hint));
  }
  for (const field of ['vendor', 'model'] as const) {
    if (!isName(model[field])) {
      const hint = `Use 1 to ${MAX_NAME} printable characters, with no space at either end.`;
      faults.push(fault(model, field, 'not a valid name', hint));
    }
  }
  if (!MODEL_KINDS.includes(model.kind)) {
    faults.push(fault(model, 'kind', 'not a known kind', `Use one of ${MODEL_KINDS.join(', ')}.`));
  }
  return faults;
}

function isName(text: string): boolean {
  const wellFormed = userAgentFromText(text).kind === 'text' && text.trim() === text;
  return wellFormed && text.length <= MAX_NAME;
}

function samplesAtFault(model: PhoneModel): ModelFault[] {
  const faults: ModelFault[] = [];
  if (model.matches.length === 0) {
    const hint = 'Give at least one User-Agent that the pattern must match.';
    faults.push(fault(model, 'matches', 'no sample', hint));
  }
  for (const field of ['matches', 'rejects'] as const) {
    if (model[field].length > MAX_SAMPLES) {
      faults.push(fault(model, field, `more than ${MAX_SAMPLES} samples`, 'Keep the telling ones.'));
    }
    for (const [index, sample] of model[field].entries()) {
      if (userAgentFromText(sample).kind !== 'text') {
        const hint = `A sample has 1 to ${MAX_USER_AGENT_BYTES} bytes and no control character.`;
        faults.push(fault(model, field, `${quote(sample)} is not a well-formed User-Agent`, hint, index));
      }
    }
  }
  return faults;
}

function compileOrFault(model: PhoneModel, compile: PatternCompiler): TextTest | ModelFault {
  const test = compile(model.pattern);
  if (typeof test !== 'function') return fault(model, 'pattern', test.fault, test.hint);
  if (!isAnchored(model.pattern, test, model.matches)) {
    const hint =
      'Begin it with ^ and end it with $, with (?:…) around alternatives: it names a whole User-Agent.';
    return fault(model, 'pattern', 'the pattern is not anchored at both ends', hint);
  }
  return test;
}

/** By its text, and by what it does: `^a|b$` looks anchored and is not, and its samples show it. */
function isAnchored(pattern: string, test: TextTest, samples: readonly string[]): boolean {
  if (!/^\^/.test(pattern) || !/(?:^|[^\\])(?:\\\\)*\$$/.test(pattern) || hasOuterChoice(pattern))
    return false;
  return !samples.some((sample) => test(`\u0001${sample}`) || test(`${sample}\u0001`));
}

/** Whether a | stands outside every group and class, where each side would need anchors of its own. */
function hasOuterChoice(pattern: string): boolean {
  let depth = 0;
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '\\') at += 1;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === '|' && depth === 0) return true;
  }
  return false;
}

function sampleMisses(model: PhoneModel, test: TextTest): ModelFault[] {
  const faults: ModelFault[] = [];
  for (const [index, sample] of model.matches.entries()) {
    if (test(sample)) continue;
    const what = `the pattern does not match ${quote(sample)}`;
    faults.push(fault(model, 'matches', what, 'Correct the pattern or the sample.', index));
  }
  for (const [index, sample] of model.rejects.entries()) {
    if (!test(sample)) continue;
    const what = `the pattern matches ${quote(sample)}`;
    faults.push(fault(model, 'rejects', what, 'Make the pattern stricter.', index));
  }
  return faults;
}

/** No User-Agent that one model gives as its own may be another's too. */
function contested(
  model: PhoneModel,
  test: TextTest,
  others: readonly PhoneModel[],
  compile: PatternCompiler,
): ModelFault[] {
  const faults: ModelFault[] = [];
  const hint = 'Narrow one of the two patterns: a User-Agent belongs to one model.';
  for (const other of others) {
    const otherTest = compile(other.pattern);
    for (const [index, sample] of model.matches.entries()) {
      if (typeof otherTest === 'function' && otherTest(sample)) {
        const what = `${quote(sample)} also matches the model ${other.id}`;
        faults.push(fault(model, 'matches', what, hint, index));
      }
    }
    for (const sample of other.matches) {
      if (test(sample)) {
        const what = `the pattern matches ${quote(sample)}, which belongs to the model ${other.id}`;
        faults.push(fault(model, 'pattern', what, hint));
      }
    }
  }
  return faults;
}

function fault(
  model: PhoneModel,
  field: keyof PhoneModel,
  what: string,
  hint: string,
  index?: number,
): ModelFault {
  return { model: model.id, field, ...(index === undefined ? {} : { index }), fault: what, hint };
}

/** JSON's quoting shows control characters harmlessly; long samples are cut. */
function quote(sample: string): string {
  return JSON.stringify(sample.length > 160 ? `${sample.slice(0, 160)}…` : sample);
}
