/** The command line of the bench, run by `scripts/bench`: runs the parts that are asked for and shows what they found. */
import { loadavg } from 'node:os';
import { argv, exit, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import type { AsteriskVersion } from '../lab/cache.ts';
import { measureCheck } from './check.ts';
import { measureConsole } from './console.ts';
import { measureFlag } from './flag.ts';
import { machineOf, machineText } from './machine.ts';
import type { PartOptions } from './part.ts';
import { type Findings, jsonOf, missesOf, type PartReport, textOf } from './report.ts';
import { measureScale } from './scale.ts';
import { measureService } from './service.ts';
import { measureTakeBack } from './take-back.ts';

const USAGE = `Measures what Device Lock costs, on a real Asterisk in a folder (scripts/lab). Needs root.

  scripts/bench            all of it, about six minutes
  scripts/bench check      one check as Asterisk sees it, beside the least it could cost
  scripts/bench service    the service's own part of a check, alone and under 500 REGISTERs a second
  scripts/bench flag       from a thief's 200 OK to its violation in memory
  scripts/bench take-back  from a thief's 200 OK until a call rings at the displaced phone again
  scripts/bench scale      memory, a verdict, and the longest stalls at 10,000 and 100,000 extensions
  scripts/bench console    how soon the console's page is there, in Chromium

  --asterisk 16|22         which Asterisk (22)
  --quick                  fewer rounds and smaller sizes: shows that it works, not what to quote
  --json                   the figures for programs

It ends with 0 also where a goal is missed: it measures, and the machine may be busy. A C compiler (Debian: gcc) is wanted
for one of the yardsticks; without it the rest is measured.
`;

const PARTS: Readonly<Record<PartReport['part'], (options: PartOptions) => Promise<Findings>>> = {
  check: measureCheck,
  service: measureService,
  flag: measureFlag,
  'take-back': measureTakeBack,
  scale: measureScale,
  console: measureConsole,
};

/** A mistake on the command line, for the person who made it. */
class UsageError extends Error {}

async function main(): Promise<void> {
  const { parts, asterisk, quick, json, help } = parse();
  if (help) {
    stdout.write(USAGE);
    return;
  }
  const machine = machineOf();
  if (!json) stdout.write(`${machineText(machine)}\n\n`);
  const reports: PartReport[] = [];
  for (const part of parts) {
    const say = (text: string) => stderr.write(`bench: ${part}: ${text}\n`);
    const before = loadavg()[0] ?? Number.NaN;
    const measured = await PARTS[part]({ asterisk, quick, say });
    const report = { ...measured, load: [before, loadavg()[0] ?? Number.NaN] as const };
    reports.push(report);
    if (!json) stdout.write(`${textOf(report)}\n`);
  }
  if (json) stdout.write(`${JSON.stringify({ machine, quick, parts: reports.map(jsonOf) }, null, 2)}\n`);
  else stdout.write(`${verdictOn(reports)}\n`);
}

function verdictOn(reports: readonly PartReport[]): string {
  const missed = reports.flatMap((report) => missesOf(report).map(({ what }) => `${report.part}: ${what}`));
  return missed.length === 0 ? 'Every goal is met.' : `Goals missed:\n  ${missed.join('\n  ')}`;
}

function parse() {
  try {
    const { values, positionals } = parseArgs({
      args: argv.slice(2),
      allowPositionals: true,
      options: {
        asterisk: { type: 'string', default: '22' },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const parts = positionals.length === 0 ? Object.keys(PARTS) : positionals;
    const { quick, json, help } = values;
    return { parts: parts.map(partFrom), asterisk: versionFrom(values.asterisk), quick, json, help };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}

function partFrom(text: string): PartReport['part'] {
  if (text in PARTS) return text as PartReport['part'];
  throw new UsageError(`there is no part "${text}"`);
}

function versionFrom(text: string): AsteriskVersion {
  if (text === '16' || text === '22') return text;
  throw new UsageError(`there is no Asterisk ${text} here: 16 or 22`);
}

try {
  await main();
  exit(0);
} catch (error) {
  stderr.write(`bench: ${(error as Error).stack ?? (error as Error).message}\n`);
  if (error instanceof UsageError) stderr.write(`\n${USAGE}`);
  exit(error instanceof UsageError ? 2 : 1);
}
