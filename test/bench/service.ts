/**
 * The service's own part of a check, by the gate's own clock and as a client on loopback sees it: alone, then while
 * hundreds of REGISTERs a second are tracked, judged and written. Afterwards it is checked that they really were.
 */
import { path } from '../../src/cli/client.ts';
import { type Asked, type AskingOptions, askFor } from './asker.ts';
import { DESK_PHONE } from './dialplan.ts';
import { quantile } from './figures.ts';
import type { InsideFigures } from './inside.ts';
import type { PartOptions } from './part.ts';
import { type LoadFigures, RegisterLoad } from './registering.ts';
import type { Findings, Row } from './report.ts';
import { Rig } from './rig.ts';
import { PIECE_MS, Steadiness } from './steadiness.ts';

const EXTENSIONS = 200;
const REGISTERS_A_SECOND = 500;
const QUESTIONS_A_SECOND = 200;
const UPDATED_PHONE = 'Yealink SIP-T46U 108.86.0.35';
const THIEF = 'friendly-scanner';
/** Two firmwares of the right phone, and every tenth time a thief. */
const USER_AGENTS = [
  ...new Array<string>(5).fill(DESK_PHONE),
  ...new Array<string>(4).fill(UPDATED_PHONE),
  THIEF,
];
const AT = '127.0.0.23';
/** Where calls come from while the phones stay registered as they are. */
const AT_REST = '127.0.0.24:5060';

interface Phase {
  readonly asked: Asked;
  readonly inside: InsideFigures;
  /** Milliseconds that a fixed piece of work took in another process meanwhile. */
  readonly steady: readonly number[];
}

export async function measureService({ asterisk, quick, say }: PartOptions): Promise<Findings> {
  const seconds = quick ? 5 : 20;
  say('an Asterisk with the service in front of it');
  await using rig = await Rig.open(asterisk, EXTENSIONS, true);
  await settle(rig);
  say('the service is warmed up');
  const askingAlone = askingOf(rig, () => AT_REST);
  await askFor(quick ? 2000 : 10_000, askingAlone);
  say(`${QUESTIONS_A_SECOND} checks a second alone, ${seconds} s`);
  const alone = await phaseOf(rig, seconds, askingAlone);

  say(`${REGISTERS_A_SECOND} REGISTERs a second besides, ${seconds} s`);
  const before = await sightings(rig);
  await using load = await RegisterLoad.start({
    ...{ server: rig.lab.sip, at: AT, accounts: rig.accounts },
    ...{ rate: REGISTERS_A_SECOND, userAgents: USER_AGENTS },
  });
  const askingLoaded = askingOf(rig, (extension) => load.addresses.get(extension) ?? '');
  await askFor(2000, askingLoaded);
  const loaded = await phaseOf(rig, seconds, askingLoaded);
  const sent = await load.stop();

  const last = new Map(Object.entries(sent.last).map(([extension, { userAgent }]) => [extension, userAgent]));
  const caughtUp = await rig.knows(last);
  const seen = (await sightings(rig)) - before - EXTENSIONS;
  const { gate, store } = await rig.service.api.get<Status>('/v1/status');
  return {
    ...{ part: 'service', title: "The service's own part of a check", asterisk: rig.lab.asterisk },
    rows: [
      ...phaseRows('alone', 'alone', alone),
      ...phaseRows('loaded', 'under REGISTERs', loaded),
      ...loadRows(sent, seen, caughtUp),
    ],
    notes: [
      `The gate's histogram over the whole run (steps of 9 %): p50 ${gate.p50} µs, p99 ${gate.p99} µs.`,
      `Answers alone: ${wordsOf(alone)}. Under REGISTERs: ${wordsOf(loaded)}.`,
      `Store afterwards: ${store.pending} waiting, ${store.dropped} given up, ${store.failure ?? 'no failure'}.`,
    ],
  };
}

/** Every second extension locked, a desk phone registered at each. */
async function settle(rig: Rig): Promise<void> {
  for (const account of rig.accounts.filter((_, index) => index % 2 === 0)) {
    await rig.lock(account, { kind: 'custom', match: 'prefix', value: 'Yealink SIP-T46U' });
  }
  for (const account of rig.accounts) await rig.register(account, DESK_PHONE);
  await rig.knows(new Map(rig.accounts.map(({ extension }) => [extension, DESK_PHONE])));
  await rig.service.ready();
}

async function phaseOf(rig: Rig, seconds: number, asking: AskingOptions): Promise<Phase> {
  await using steadiness = new Steadiness();
  await rig.look();
  const asked = await askFor(seconds * 1000, asking);
  const inside = await rig.look();
  return { asked, inside, steady: await steadiness.stop() };
}

function askingOf(rig: Rig, addressOf: (extension: string) => string): AskingOptions {
  return {
    ...{ port: rig.lab.agi.port, rate: QUESTIONS_A_SECOND },
    questions: rig.accounts.map(({ extension }) => ({
      ...{ extension, userAgent: DESK_PHONE, address: addressOf(extension) },
    })),
  };
}

function phaseRows(id: string, when: string, { asked: { waits, unanswered }, inside, steady }: Phase): Row[] {
  const own = inside.answers.map((microseconds) => microseconds / 1000);
  const row = (name: string, what: string, value: number, unit: Row['unit'] = 'ms'): Row => ({
    ...{ id: `${id}-${name}`, what: `${when}: ${what}`, value, unit },
  });
  return [
    row('own-p50', "the gate's own part, median", quantile(own, 0.5)),
    { ...row('own-p99', "the gate's own part, p99", quantile(own, 0.99)), goal: { most: 1 } },
    row('own-cpu-p99', '… of it on the processor, p99', quantile(inside.answersOnProcessor, 0.99) / 1000),
    row('seen-p50', 'as a client sees it, median', quantile(waits, 0.5)),
    row('seen-p99', 'as a client sees it, p99', quantile(waits, 0.99)),
    row('late-p99', 'event loop late, p99', inside.late.p99),
    row('late-most', 'event loop late, at most', inside.late.most),
    row('collection', 'longest garbage collection', inside.longestCollection),
    row('steady-p50', `the machine: ${PIECE_MS} ms of plain work elsewhere, median`, quantile(steady, 0.5)),
    row('steady-p99', `the machine: ${PIECE_MS} ms of plain work elsewhere, p99`, quantile(steady, 0.99)),
    row('cpu', 'processor', inside.cpuShare * 100, '%'),
    row('asked', 'checks', waits.length, ''),
    { ...row('unanswered', 'checks without an answer', unanswered, ''), goal: { most: 0 } },
  ];
}

function wordsOf({ asked: { words } }: Phase): string {
  return [...words].map(([word, count]) => `${word} ${count}`).join(', ');
}

function loadRows(sent: LoadFigures, seen: number, caughtUp: number): Row[] {
  return [
    { id: 'accepted', what: 'REGISTERs accepted', value: sent.accepted / sent.seconds, unit: '/s' },
    { id: 'failed', what: 'REGISTERs failed', value: sent.failed, unit: '' },
    {
      ...{ id: 'tracked', what: 'of those accepted, recorded one by one' },
      ...{ value: (100 * seen) / sent.accepted, unit: '%' },
    },
    { id: 'caught-up', what: 'until memory had the last of each, at most', value: caughtUp, unit: 'ms' },
  ];
}

/** REGISTERs in the database, of all the extensions of the bench. */
async function sightings(rig: Rig): Promise<number> {
  let count = 0;
  for (const { extension } of rig.accounts) {
    const { sightings: seen } = await rig.service.api.get<{ sightings: { by: string; count: number }[] }>(
      path('extensions', extension),
    );
    for (const { by, count: times } of seen) if (by === 'REGISTER') count += times;
  }
  return count;
}

interface Status {
  readonly gate: { readonly p50: number; readonly p99: number };
  readonly store: { readonly pending: number; readonly dropped: number; readonly failure: string | null };
}
