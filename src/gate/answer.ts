/**
 * What the gate says to the dialplan: one word out of a closed alphabet, in one AGI command. Nothing that a caller,
 * an operator or Asterisk wrote is ever part of it.
 */
import type { EnrolmentWord } from '../domain/enrolment.ts';
import type { DenyReason, UnknownReason } from '../domain/verdict.ts';

export type Answer =
  | { readonly kind: 'allow' }
  /** `plain`: without the spoken prompt. */
  | { readonly kind: 'deny'; readonly reason: DenyReason; readonly plain: boolean }
  | { readonly kind: 'unknown'; readonly reason: UnknownReason };

/** The channel variable that holds the word. */
export const VERDICT_VARIABLE = 'DEVICELOCK_VERDICT';

const WORD = /^[a-z:-]{1,64}$/;
const COMMAND = /^SET VARIABLE DEVICELOCK_VERDICT "[a-z:-]{1,64}"\n$/;

/** What a phone that dialled a one-time code is told: none of these is a verdict. */
export function enrolmentWord(word: EnrolmentWord): string {
  return `enrolment:${word}`;
}

/** `allow`, `deny:<reason>`, `deny:<reason>:plain` or `unknown:<reason>`. */
export function answerWord(answer: Answer): string {
  switch (answer.kind) {
    case 'allow':
      return 'allow';
    case 'deny':
      return answer.plain ? `deny:${answer.reason}:plain` : `deny:${answer.reason}`;
    case 'unknown':
      return `unknown:${answer.reason}`;
  }
}

/** What is false here must never be sent: AGI has no quoting that could save it. */
export function isWord(word: unknown): word is string {
  return typeof word === 'string' && WORD.test(word);
}

/** The last look at a whole AGI command, right before it is written. */
export function isAnswerCommand(command: string): boolean {
  return COMMAND.test(command);
}
