/**
 * What many extensions cost: memory, the time of a verdict, and how long the thread that answers calls stands still
 * while everything is listed, judged anew or shown. The service is the real one; its PBX is made up.
 */
import { type Asked, Asker, type AskingOptions, askFor } from './asker.ts';
import { quantile } from './figures.ts';
import type { InsideFigures } from './inside.ts';
import { LargePbx } from './large-pbx.ts';
import type { PartOptions } from './part.ts';
import { inhabitant, MODEL } from './population.ts';
import type { Findings, Row } from './report.ts';
import { verdictTimes } from './verdicts.ts';

const SMALL = 100;
/** "The same", on a machine where a figure measured twice differs as much. */
const SAME = 1.2;
const QUESTIONS_A_SECOND = 200;
/** How long the dialplan waits for an answer, in milliseconds; then it decides by itself. */
const PATIENCE_MS = 300;

interface Found {
  readonly size: number;
  readonly start: Stall;
  readonly stalls: readonly Stall[];
  readonly memory: InsideFigures['memory'];
  /** The gate's own part, median, in microseconds. */
  readonly own: number;
}

interface Stall {
  readonly id: string;
  readonly what: string;
  /** The longest, in milliseconds. */
  readonly longest: number;
  readonly took: number;
  /** The calls that were asked about meanwhile; undefined where none was. */
  readonly asked: Asked | undefined;
}

export async function measureScale({ quick, say }: PartOptions): Promise<Findings> {
  const sizes = quick ? [SMALL, 10_000] : [SMALL, 10_000, 100_000];
  const notes: string[] = [];
  const found: Found[] = [];
  for (const size of sizes) {
    found.push(await measure(size, quick, (what) => say(`${size} extensions: ${what}`), notes));
  }
  const largest = found.at(-1);
  const smallest = found[0];
  if (largest === undefined || smallest === undefined) throw new Error('unreachable');
  say('the verdict alone');
  const [few = Number.NaN, many = Number.NaN] = await verdictTimes([SMALL, largest.size]);
  const alone = [
    figure('verdict-few', `the verdict alone at ${SMALL}`, few, 'µs'),
    figure('verdict-many', `the verdict alone at ${largest.size}`, many, 'µs'),
  ];
  return {
    ...{ part: 'scale', title: 'Many extensions, half of them locked, all registered', asterisk: null },
    rows: [
      ...found.slice(1).flatMap(memoryRows),
      ...found.map(({ size, own }) =>
        figure(`own-${size}`, `the gate's own part at ${size}, median`, own, 'µs'),
      ),
      {
        ...figure('own-ratio', `at ${largest.size} : at ${SMALL}`, largest.own / smallest.own, '×'),
        goal: { most: SAME },
      },
      ...alone,
      ...found.slice(1).flatMap(stallRows),
      ...found.slice(1).flatMap(apiRows),
    ],
    notes: [
      ...notes,
      `A call whose answer takes longer than ${PATIENCE_MS} ms is decided by the dialplan itself.`,
    ],
  };
}

async function measure(
  size: number,
  quick: boolean,
  say: (what: string) => void,
  notes: string[],
): Promise<Found> {
  say('the database is filled');
  await using pbx = await LargePbx.open(size);
  say('the service starts and lists everything');
  const started = performance.now();
  const longest = await pbx.settled(0);
  const took = performance.now() - started;
  const start = { id: 'start', what: 'start, first list and AstDB', longest, took, asked: undefined };
  const counts = await countsOf(pbx);
  notes.push(`${size}: ${counts}.`);
  const { memory } = await pbx.look();
  say('checks');
  const asking = askingAt(pbx);
  await askFor(quick ? 2000 : 5000, asking);
  await pbx.look();
  await askFor(quick ? 3000 : 10_000, asking);
  const own = quantile((await pbx.look()).answers, 0.5);
  const stalls: Stall[] = [];
  for (const [id, what, run] of stallsOf(pbx)) {
    say(what);
    stalls.push(await stallOf(pbx, asking, id, what, run));
  }
  const faults = await pbx.gateFaults();
  if (faults !== '') notes.push(`${size}: the gate's faults by its log: ${faults}.`);
  return { size, start, stalls, memory, own };
}

const FALLBACK = { change: { settings: { fallback: MODEL } } };

type Operation = readonly [id: string, what: string, run: () => Promise<unknown>];

function stallsOf(pbx: LargePbx): Operation[] {
  const settings = (body: object) => pbx.api.put('/v1/settings', body);
  return [
    ['list', 'a whole list, nothing new', () => relisted(pbx)],
    ['mode', 'mode to monitor', () => settings({ mode: 'monitor' })],
    ['mode-back', 'mode to enforce', () => settings({ mode: 'enforce' })],
    ['fallback', 'fallback on', () => settings({ fallback: MODEL })],
    ['fallback-off', 'fallback off', () => settings({ fallback: null })],
    ['extensions', 'the API shows all extensions', () => pbx.api.get('/v1/extensions')],
    ['overview', 'the API shows the overview', () => pbx.api.get('/v1/overview')],
    ['overview-again', 'the same again, unchanged', () => pbx.api.get('/v1/overview')],
    ['preview', 'a preview of the fallback', () => pbx.api.post('/v1/preview', FALLBACK)],
    ['status', 'the API shows the status', () => pbx.api.get('/v1/status')],
  ];
}

async function relisted(pbx: LargePbx): Promise<void> {
  const { lists } = await pbx.standIn();
  pbx.reload();
  await pbx.listed(lists);
}

/** Calls are asked about all the while, and until AstDB is in step again. */
async function stallOf(
  pbx: LargePbx,
  asking: AskingOptions,
  id: string,
  what: string,
  run: () => Promise<unknown>,
): Promise<Stall> {
  await pbx.look();
  const asker = new Asker({ ...asking, rate: 50 });
  const from = performance.now();
  await run();
  const took = performance.now() - from;
  await pbx.quiet(-1);
  // Before the status is asked for, which holds calls up by itself.
  const asked = await asker.stop();
  const longest = (await pbx.look()).late.most;
  return { id, what, took, longest: Math.max(longest, await pbx.settled(-1)), asked };
}

function askingAt(pbx: LargePbx): AskingOptions {
  const questions = Array.from({ length: 1000 }, () => {
    const { extension, userAgent, ip, port } = inhabitant(Math.floor(Math.random() * pbx.size));
    return { extension, userAgent, address: `${ip}:${port}` };
  });
  return { port: pbx.gatePort, rate: QUESTIONS_A_SECOND, questions };
}

async function countsOf(pbx: LargePbx): Promise<string> {
  const { counts, store, astdb } = await pbx.api.get<{
    counts: { extensions: number; locked: number; contacts: number; openViolations: number };
    store: { pending: number; dropped: number };
    astdb: { inStep: boolean };
  }>('/v1/status');
  const { extensions, locked, contacts, openViolations } = counts;
  const { writes } = await pbx.standIn();
  return (
    `${extensions} extensions, ${locked} locked, ${contacts} contacts, ${openViolations} violations; ` +
    `AstDB ${astdb.inStep ? 'in step' : 'NOT in step'} after ${writes} writes; ` +
    `store: ${store.pending} waiting, ${store.dropped} given up`
  );
}

function memoryRows({ size, memory }: Found): Row[] {
  const megabytes = (bytes: number) => bytes / 2 ** 20;
  return [
    figure(`heap-${size}`, `heap at ${size}, at rest`, megabytes(memory.heapUsed), 'MB'),
    figure(`rss-${size}`, `resident at ${size}, at rest`, megabytes(memory.rss), 'MB'),
    figure(`peak-${size}`, `resident at ${size}, at most`, megabytes(memory.peak), 'MB'),
  ];
}

function stallRows({ size, start, stalls }: Found): Row[] {
  return [start, ...stalls].flatMap(({ id, what, longest, took, asked }) => [
    figure(`${id}-stall-${size}`, `${what} at ${size}: longest stall`, longest, 'ms'),
    figure(`${id}-took-${size}`, '… and took in all', took / 1000, 's'),
    ...(asked === undefined
      ? []
      : [
          figure(`${id}-wait-${size}`, '… and a call waited at most', quantile(asked.waits, 1), 'ms'),
          figure(`${id}-unanswered-${size}`, '… and calls without an answer', asked.unanswered, ''),
        ]),
  ]);
}

/** Beside the plain list of all extensions, which was there in the same minute on the same machine. */
function apiRows({ size, stalls }: Found): Row[] {
  const tookBy = new Map(stalls.map(({ id, took }) => [id, took]));
  const ratio = (id: string, what: string) =>
    figure(
      `${id}-ratio-${size}`,
      `${what} : all extensions, at ${size}`,
      (tookBy.get(id) ?? Number.NaN) / (tookBy.get('extensions') ?? Number.NaN),
      '×',
    );
  return [
    ratio('overview', 'the overview'),
    ratio('overview-again', 'the same again, unchanged'),
    ratio('preview', 'a preview of the fallback'),
  ];
}

function figure(id: string, what: string, value: number, unit: Row['unit']): Row {
  return { id, what, value, unit };
}
