/** data/attack-user-agents.tsv, line by line. */
import { readFileSync } from 'node:fs';

export interface AttackRow {
  readonly match: string;
  readonly userAgent: string;
  readonly what: string;
  readonly source: string;
}

const FILE = new URL('../../../data/attack-user-agents.tsv', import.meta.url);

export function readAttackRows(): AttackRow[] {
  const [, ...lines] = readFileSync(FILE, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const [match = '', userAgent = '', what = '', source = ''] = line.split('\t');
    return { match, userAgent, what, source };
  });
}

/** Whatever tools were seen with. */
export const ATTACK_USER_AGENTS: readonly string[] = readAttackRows().map(({ userAgent }) => userAgent);
