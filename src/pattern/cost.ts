/**
 * How much work a pattern can be made to do by the worst User-Agent, in steps: one step is one part of the pattern tried
 * at one position of the text, and no part is tried twice at the same position. It never runs the pattern.
 */
import { MAX_USER_AGENT_BYTES } from '../domain/user-agent.ts';
import type { Shape } from './syntax.ts';

/** Every position a match can stand at: before each character, and at the end. */
const ALL = MAX_USER_AGENT_BYTES + 1;

/** How many parts the pattern has once its repeats are written out. */
export function size(shape: Shape): number {
  switch (shape.kind) {
    case 'character':
    case 'assertion':
      return 1;
    case 'sequence':
      return sum(shape.parts.map(size));
    case 'choice':
      return sum(shape.branches.map(size)) + shape.branches.length;
    case 'repeat': {
      const copies = shape.max === Number.POSITIVE_INFINITY ? Math.max(shape.min, 1) : shape.max;
      return copies * (size(shape.part) + 1);
    }
  }
}

/**
 * The most steps the pattern takes on any User-Agent. A pattern anchored at its beginning is tried from one position and
 * spreads as its parts vary in length; any other is tried from everywhere.
 */
export function steps(shape: Shape): number {
  return walk(shape, beginsAnchored(shape) ? 1 : ALL).steps;
}

interface Walk {
  readonly steps: number;
  /** How many characters it takes. */
  readonly shortest: number;
  readonly longest: number;
}

/** @param spread at how many positions this part can be tried */
function walk(shape: Shape, spread: number): Walk {
  switch (shape.kind) {
    case 'character':
      return { steps: spread, shortest: 1, longest: 1 };
    case 'assertion':
      return { steps: spread, shortest: 0, longest: 0 };
    case 'sequence':
      return walkSequence(shape.parts, spread);
    case 'choice': {
      const branches = shape.branches.map((branch) => walk(branch, spread));
      return {
        steps: sum(branches.map((branch) => branch.steps)) + spread * branches.length,
        shortest: Math.min(...branches.map((branch) => branch.shortest)),
        longest: Math.max(...branches.map((branch) => branch.longest)),
      };
    }
    case 'repeat':
      return walkRepeat(shape.part, shape.min, shape.max, spread);
  }
}

function walkSequence(parts: readonly Shape[], spread: number): Walk {
  let total: Walk = { steps: 0, shortest: 0, longest: 0 };
  for (const part of parts) {
    const walked = walk(part, widened(spread, total));
    total = joined(total, walked);
  }
  return total;
}

function walkRepeat(part: Shape, min: number, max: number, spread: number): Walk {
  if (max === Number.POSITIVE_INFINITY) {
    const copies = Math.max(min, 1);
    const once = walk(part, ALL);
    return { steps: copies * (once.steps + ALL), shortest: min * once.shortest, longest: max };
  }
  let total: Walk = { steps: 0, shortest: 0, longest: 0 };
  for (let copy = 0; copy < max; copy++) {
    const at = widened(spread, total);
    const walked = walk(part, at);
    const optional = copy >= min;
    total = joined(total, {
      steps: walked.steps + (optional ? at : 0),
      shortest: optional ? 0 : walked.shortest,
      longest: walked.longest,
    });
  }
  return total;
}

function widened(spread: number, before: Walk): number {
  return Math.min(ALL, spread + before.longest - before.shortest);
}

function joined(before: Walk, next: Walk): Walk {
  return {
    steps: before.steps + next.steps,
    shortest: before.shortest + next.shortest,
    longest: before.longest + next.longest,
  };
}

function beginsAnchored(shape: Shape): boolean {
  switch (shape.kind) {
    case 'character':
      return false;
    case 'assertion':
      return shape.begin;
    case 'sequence': {
      // Flags alone, as in (?i)^, and word boundaries take no text: look past them.
      const first = shape.parts.find((part) => part.kind !== 'assertion' || part.begin);
      return first !== undefined && beginsAnchored(first);
    }
    case 'choice':
      return shape.branches.every(beginsAnchored);
    case 'repeat':
      return shape.min > 0 && beginsAnchored(shape.part);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
