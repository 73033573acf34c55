/**
 * What scanners and toll-fraud tools call themselves. Nothing is refused for being on the list: anybody can send any
 * name. It only keeps such a name from becoming a lock by itself.
 */
import { readFile } from 'node:fs/promises';

/** Whether a User-Agent is that of an attack tool, as far as such tools are honest. */
export type AttackToolTest = (userAgent: string) => boolean;

const LIST = new URL('../../data/attack-user-agents.tsv', import.meta.url);

/** `seen`, `bare` and `forged` are User-Agents that tools were seen with: by those alone no tool is known. */
const MATCHES = ['exact', 'prefix', 'contains', 'seen', 'bare', 'forged'] as const;
type Match = (typeof MATCHES)[number];

/** @throws the file system's error where the list cannot be read, an Error naming the line that is not understood */
export async function loadAttackTools(file: URL | string = LIST): Promise<AttackToolTest> {
  return readAttackTools(await readFile(file, 'utf8'));
}

/** Upper and lower case are the same. */
export function readAttackTools(text: string): AttackToolTest {
  const [, ...lines] = text.split('\n');
  const tests = lines.flatMap((line, index) => (line === '' ? [] : (testOf(line, index + 2) ?? [])));
  return (userAgent) => tests.some((test) => test(userAgent.toLowerCase()));
}

function testOf(line: string, number: number): AttackToolTest | undefined {
  const [match = '', text = ''] = line.split('\t');
  const name = text.toLowerCase();
  if (!isMatch(match) || name === '')
    throw new Error(`attack-user-agents.tsv, line ${number}: not understood`);
  switch (match) {
    case 'exact':
      return (userAgent) => userAgent === name;
    case 'prefix':
      return (userAgent) => userAgent.startsWith(name);
    case 'contains':
      return (userAgent) => userAgent.includes(name);
    case 'seen':
    case 'bare':
    case 'forged':
      return undefined;
  }
}

function isMatch(word: string): word is Match {
  return (MATCHES as readonly string[]).includes(word);
}
