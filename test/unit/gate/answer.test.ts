/** Every answer there is becomes a word of the closed alphabet, and nothing else gets past the last look. */
import { expect, test } from 'vitest';
import type { DenyReason, UnknownReason } from '../../../src/domain/verdict.ts';
import { type Answer, answerWord, isAnswerCommand, isWord } from '../../../src/gate/answer.ts';

/** Every reason, or this does not compile. */
const DENY: Record<DenyReason, true> = {
  'wrong-device': true,
  'no-user-agent': true,
  'malformed-user-agent': true,
  'wrong-device-registered': true,
  'not-registered': true,
  'wrong-network': true,
  'newer-firmware': true,
};
const UNKNOWN: Record<UnknownReason, true> = { 'contacts-not-listed': true, 'locks-not-loaded': true };

const ANSWERS: [Answer, string][] = [
  [{ kind: 'allow' }, 'allow'],
  ...(Object.keys(DENY) as DenyReason[]).flatMap((reason): [Answer, string][] => [
    [{ kind: 'deny', reason, plain: false }, `deny:${reason}`],
    [{ kind: 'deny', reason, plain: true }, `deny:${reason}:plain`],
  ]),
  ...(Object.keys(UNKNOWN) as UnknownReason[]).map((reason): [Answer, string] => [
    { kind: 'unknown', reason },
    `unknown:${reason}`,
  ]),
];

test.each(ANSWERS)('%j is said as %s', (answer, word) => {
  expect(answerWord(answer)).toBe(word);
  expect(isWord(word)).toBe(true);
  expect(isAnswerCommand(`SET VARIABLE DEVICELOCK_VERDICT "${word}"\n`)).toBe(true);
});

test.each(['', 'Allow', 'allow\n', 'allow"', 'allow ', 'a\\b', 'a'.repeat(65), '\x24{X}', 'é', '1'])(
  'the word %j is not said',
  (word) => {
    expect(isWord(word)).toBe(false);
    expect(isAnswerCommand(`SET VARIABLE DEVICELOCK_VERDICT "${word}"\n`)).toBe(false);
  },
);

test.each([
  'EXEC System "id"\n',
  'SET VARIABLE OTHER "allow"\n',
  'SET VARIABLE DEVICELOCK_VERDICT "allow"',
  'SET VARIABLE DEVICELOCK_VERDICT allow\n',
  'SET VARIABLE DEVICELOCK_VERDICT "allow"\nHANGUP\n',
  'NOOP\nSET VARIABLE DEVICELOCK_VERDICT "allow"\n',
  'SET VARIABLE DEVICELOCK_VERDICT "allow"\n\n',
])('the command %j is not sent', (command) => {
  expect(isAnswerCommand(command)).toBe(false);
});
