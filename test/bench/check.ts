/**
 * What one check costs as Asterisk sees it: a dialplan loop asks the service's gate, and others ask the yardsticks, in
 * turn, in the same minutes, on the same machine. The empty loop is subtracted from each.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DESK_PHONE, type Loop } from './dialplan.ts';
import { median, quantile, shuffled } from './figures.ts';
import type { PartOptions } from './part.ts';
import type { Findings, Row } from './report.ts';
import { Rig } from './rig.ts';
import { LoopRunner, type Run } from './runner.ts';
import { Yardsticks } from './yardsticks.ts';

/** Turns of one loop: long enough to time, short enough that a noisy neighbour hits all alike. */
const TIMES = 150;
const TIMES_CHEAP = 2000;
const TIMES_EXECUTED = 15;
const WARM_UP = 3000;

type Measure = (run: Run) => Promise<number>;
/** Name → microseconds a turn, one for each round. */
type Rounds = ReadonlyMap<string, readonly number[]>;

const NAMES: Readonly<Record<string, string>> = {
  astdb: 'two AstDB keys read in the dialplan',
  c: 'the least FastAGI server, in C',
  cearly: '… that answers at the fourth line',
  bare: 'the least FastAGI server on Node',
  bareearly: '… that answers at the fourth line',
  dingdong: 'ding-dong alone',
  ours: 'the service',
  sh: 'AGI script in sh',
  perl: 'AGI script in Perl',
  php: 'AGI script in PHP',
  agiCalled: "the question alone, in a phone's call",
  gateCalled: "the whole gate (Gosub device-lock), in a phone's call",
};

export async function measureCheck({ asterisk, quick, say }: PartOptions): Promise<Findings> {
  const notes: string[] = [];
  await using yardsticks = await Yardsticks.start((message) => notes.push(message));
  say('an Asterisk with the service in front of it');
  await using rig = await Rig.open(asterisk, 4, false);
  const [account] = rig.accounts;
  if (account === undefined) throw new Error('unreachable');
  await rig.register(account, DESK_PHONE);
  await rig.lock(account, { kind: 'device', userAgent: DESK_PHONE });
  await rig.knows(new Map([[account.extension, DESK_PHONE]]));

  const runner = new LoopRunner(rig.lab);
  const local: Measure = (run) => runner.local(run);
  const targets = new Map<string, Run>([['empty', { loop: 'empty', times: TIMES_CHEAP }]]);
  targets.set('astdb', { loop: 'astdb', times: TIMES_CHEAP });
  const servers = new Map([...yardsticks.ports, ['ours', rig.lab.agi.port]]);
  for (const [name, port] of servers) targets.set(name, { loop: 'agi', port, times: TIMES });
  for (const loop of scriptsThere(rig.lab.instance.root)) targets.set(loop, { loop, times: TIMES_EXECUTED });

  say('the servers are warmed up');
  for (const port of servers.values()) await local({ loop: 'agi', port, times: quick ? 300 : WARM_UP });
  const rounds = quick ? 5 : 31;
  const onLocal = await interleaved(targets, rounds, local, (round) =>
    say(`loops on a Local channel, round ${round} of ${rounds}`),
  );

  await using phone = await rig.phone(account, DESK_PHONE);
  await phone.register();
  await rig.service.ready();
  const called: Measure = (run) => runner.called(phone, run);
  const inCall = await interleaved(
    new Map<string, Run>([
      ['emptyCalled', { loop: 'empty', times: TIMES_CHEAP }],
      ['agiCalled', { loop: 'agi', port: rig.lab.agi.port, times: TIMES }],
      ['gateCalled', { loop: 'gate', times: TIMES }],
    ]),
    rounds,
    called,
    (round) => say(`loops in a phone's call, round ${round} of ${rounds}`),
  );
  return {
    ...{ part: 'check', title: 'One check, as Asterisk sees it', asterisk: rig.lab.asterisk },
    rows: [...costs(onLocal, 'empty'), ...ratios(onLocal), ...costs(inCall, 'emptyCalled')],
    notes,
  };
}

/** Perl comes with Debian's base; PHP is measured only where this Asterisk has it. */
function scriptsThere(root: string): Loop[] {
  const has = (program: string) => existsSync(join(root, 'usr/bin', program));
  return ['sh' as const, ...(has('perl') ? ['perl' as const] : [])];
}

async function interleaved(
  targets: ReadonlyMap<string, Run>,
  count: number,
  measure: Measure,
  onRound: (round: number) => void,
): Promise<Rounds> {
  const rounds = new Map([...targets.keys()].map((name) => [name, [] as number[]]));
  for (let round = 1; round <= count; round++) {
    onRound(round);
    for (const [name, run] of shuffled([...targets])) rounds.get(name)?.push(await measure(run));
  }
  return rounds;
}

function costs(rounds: Rounds, empty: string): Row[] {
  const none = median(rounds.get(empty) ?? []);
  return [...rounds]
    .filter(([name]) => name !== empty)
    .map(([name, values]) => ({
      ...{ id: name, what: NAMES[name] ?? name, unit: 'µs' as const },
      value: median(values) - none,
    }));
}

/** Of the medians; and of the lower quartiles, which a busy machine disturbs less, for comparison. */
function ratios(rounds: Rounds): Row[] {
  const scripts = ['sh', 'perl', 'php'].filter((name) => rounds.has(name));
  const cheapest = scripts.toSorted((a, b) => cost(rounds, a, 0.5) - cost(rounds, b, 0.5))[0] ?? 'sh';
  const compared = [
    { id: 'per-bare', what: 'the service : least on Node', of: 'ours', to: 'bare', goal: { most: 1.1 } },
    { id: 'per-c', what: 'the service : least in C', of: 'ours', to: 'c', goal: { most: 1.6 } },
    {
      ...{ id: 'script-per-ours', what: `cheapest script (${cheapest}) : the service` },
      ...{ of: cheapest, to: 'ours', goal: { least: 12 } },
    },
  ];
  return compared.flatMap(({ id, what, of, to, goal }) => [
    { id, what, value: cost(rounds, of, 0.5) / cost(rounds, to, 0.5), unit: '×' as const, goal },
    {
      ...{ id: `${id}-quartile`, what: '… by the lower quartiles', unit: '×' as const },
      value: cost(rounds, of, 0.25) / cost(rounds, to, 0.25),
    },
  ]);
}

/** Microseconds a turn at this share of the rounds, the empty loop subtracted. */
function cost(rounds: Rounds, name: string, share: number): number {
  return quantile(rounds.get(name) ?? [], share) - quantile(rounds.get('empty') ?? [], share);
}
