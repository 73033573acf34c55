import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { open, temporaryPath } from './stores.ts';

const LOADED = fileURLToPath(new URL('./loaded-service.ts', import.meta.url));
const ROUNDS = 10;

interface Said {
  readonly commits: number;
  /** The last put that was more than a second old at the kill, by the service's own clock. */
  readonly oldPuts: number;
  readonly puts: number;
}

/** Runs the service until it has been under load for `forMs` of its own time, kills it, and tells what it said. */
async function runAndKill(path: string, from: number, rate: number, forMs: number): Promise<Said> {
  const child = spawn(process.execPath, [LOADED, path, String(from), String(rate)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const marks: { at: number; puts: number }[] = [];
  let commits = from;
  let puts = from;
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, value = ''] = line.split(' ');
    if (word === 'c') commits = Number(value);
    if (word === 'p') puts = Number(value);
    if (word !== 't') continue;
    marks.push({ at: Number(value), puts });
    if (Number(value) - (marks[0]?.at ?? 0) > forMs) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const end = marks.at(-1)?.at ?? 0;
  return { commits, puts, oldPuts: marks.findLast(({ at }) => at < end - 1000)?.puts ?? from };
}

describe('kill -9 under load', () => {
  test(`${2 * ROUNDS} times: every acknowledged commit and every put older than a second is there`, async () => {
    // Two files at once to save time: few puts, where the time makes the batches, and many, where their number does.
    await Promise.all([killAgainAndAgain(temporaryPath(), 1), killAgainAndAgain(temporaryPath(), 20)]);
  }, 300_000);
});

async function killAgainAndAgain(path: string, rate: number): Promise<void> {
  const kept: number[] = [];
  let counted = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const said = await runAndKill(path, counted, rate, 1200 + round * 37);
    expect(said.commits).toBeGreaterThan(counted);
    expect(said.oldPuts).toBeGreaterThan(counted);
    const found = read(path);
    kept.push(...range(counted + 1, said.oldPuts));
    const missing = range(counted + 1, said.commits).filter((number) => !found.commits.has(`c${number}`));
    const lost = kept.filter((number) => !found.puts.has(number));
    expect({ round, rate, missing, lost }).toEqual({ round, rate, missing: [], lost: [] });
    counted = Math.max(said.commits, said.puts) + 1000;
  }
  const store = await open(path);
  expect((await store.load()).origin).toEqual({ kind: 'new' });
}

/** What is on disk: a commit counts with all of its parts, a put with the violation and the sighting of its number. */
function read(path: string): { commits: ReadonlySet<string>; puts: ReadonlySet<number> } {
  const db = new Database(path, { readonly: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  const commits = db
    .prepare<[], string>(
      `SELECT extension FROM policies JOIN lock_alternatives USING (extension)
       WHERE extension IN (SELECT target FROM audit)`,
    )
    .pluck()
    .all();
  const puts = db
    .prepare<[], number>(
      `SELECT id FROM violations WHERE 'phone ' || id IN (SELECT user_agent FROM sightings)`,
    )
    .pluck()
    .all();
  db.close();
  return { commits: new Set(commits), puts: new Set(puts) };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
