/** What was said to be saved, and what was seen, after the service was killed in the middle of its work. */
import { kill } from 'node:process';
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallView, ExtensionView, StatusView, ViolationView } from '../../src/api/shapes.ts';
import { path, query } from '../../src/cli/client.ts';
import type { LogLine } from '../lab/service.ts';
import { until } from '../lab/until.ts';
import { Clearing, LockChanges, type RefusedCall, ThiefAtWork } from './load.ts';
import { DESK_PHONE, Scene } from './scene.ts';

const LOCK_CHANGES_AT = ['1001', '1002', '1003', '1004', '1005'];
const THIEVES_AT = ['1011', '1012'];
const CLEARED = '1013';
/** What was seen longer than this before the kill is on disk. Milliseconds. */
const TRAILS = 1000;
/** After so many deaths in a row the watchdog is killed as well: it waits longer before each restart. */
const DEATHS_OF_ONE_WATCHDOG = 3;
const RETURNS_MS = 15_000;

interface Killed {
  readonly pid: number;
  /** Milliseconds since the epoch, as all times here. */
  readonly at: number;
  /** What the API showed, and when it was asked. */
  readonly observed: { readonly at: number; readonly violations: readonly ViolationView[] };
}

describe.each([
  ['22', 50],
  ['16', 10],
] as const)('on Asterisk %s, killed %i times under load, the service', (version, rounds) => {
  let scene: Scene;
  let operators: LockChanges[];
  let thieves: ThiefAtWork[];
  let clearing: Clearing;
  beforeAll(async () => {
    scene = await Scene.open(version, { gate: { refusal: 'plain' } });
    operators = LOCK_CHANGES_AT.map((extension) => new LockChanges(scene.service, extension));
    thieves = await Promise.all(
      THIEVES_AT.map(async (extension) => {
        await scene.lockTo(extension, DESK_PHONE);
        return new ThiefAtWork(await scene.thief(extension), extension);
      }),
    );
    await scene.lockTo(CLEARED, DESK_PHONE);
    clearing = new Clearing(scene.service, await scene.thief(CLEARED), CLEARED);
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it('loses no lock change and no clear it acknowledged, and no violation older than a second', async () => {
    const kept: RefusedCall[] = [];
    for (let round = 1; round <= rounds; round++) {
      const killed = await killUnderLoad(round);
      await returned(killed);
      for (const operator of operators) {
        const { found, allowed } = await operator.settle();
        expect(allowed, `lock of ${operator.extension} after kill ${round}`).toContain(found);
      }
      await expectCleared();
      await scene.service.ready();
      await expectAstdbInStep();
      await expectViolations(killed);
      await expectOpenWhereRegistered();
      kept.push(...(await expectCalls(killed)));
    }
    await expectCounts(kept);
    // Less would mean that there was no load.
    expect(kept.length).toBeGreaterThan(rounds);
    for (const { count } of operators) expect(count).toBeGreaterThan(rounds * 10);
  }, 400_000);

  async function killUnderLoad(round: number): Promise<Killed> {
    let isOver = false;
    const work = Promise.all([
      ...operators.map((operator) => operator.work(() => isOver)),
      ...thieves.map((thief) => thief.work(() => isOver, `scanner ${round}`)),
      clearing.work(() => isOver),
    ]);
    // Awaited below; until then a failure of it is not forgotten, only not yet looked at.
    work.catch(() => undefined);
    const observed = { at: Date.now(), violations: await violations() };
    // Any moment may be the one: before a batch of records is written, in its midst, after it. In every second round
    // there is something old enough that it must be kept.
    await pass((round % 2) * TRAILS + Math.random() * 900);
    const { pid } = scene.service;
    if (pid === undefined) throw new Error('there is no service to kill');
    kill(pid, 'SIGKILL');
    const at = Date.now();
    isOver = true;
    if (round % DEATHS_OF_ONE_WATCHDOG === 0) {
      kill(scene.service.watchdogPid, 'SIGKILL');
      await scene.service.start();
    }
    await work;
    return { pid, at, observed };
  }

  /** The API answers again, out of another process. */
  async function returned(killed: Killed): Promise<void> {
    await until('the service is back', RETURNS_MS, async () => {
      const { pid } = await scene.service.api.get<StatusView>('/v1/status');
      return pid !== killed.pid;
    });
  }

  /** Locks, and the flag of a violation, are in AstDB as they are in memory. */
  async function expectAstdbInStep(): Promise<void> {
    const shown = await scene.lab.rasterisk('database show CUSTOMLOCK');
    const flagged = [...shown.matchAll(/^\/CUSTOMLOCK\/VIOLATION\/(\S+) *: 1 *$/gm)].map(([, ext]) => ext);
    const policies = new Map(
      [...shown.matchAll(/^\/CUSTOMLOCK\/LOCK\/(\S+)\/0 *: (.*?) *$/gm)].map(([, ext, policy = '']) => [
        ext,
        JSON.parse(policy),
      ]),
    );
    for (const extension of [...LOCK_CHANGES_AT, ...THIEVES_AT]) {
      const { lock, violations } = await extensionOf(extension);
      const kept = policies.get(extension)?.lock?.alternatives ?? [];
      expect(kept).toEqual(lock.alternatives);
      expect(flagged.includes(extension)).toBe(violations.length > 0);
    }
  }

  /** What is open was seen after the last clear that was acknowledged. */
  async function expectCleared(): Promise<void> {
    const { violations } = await extensionOf(CLEARED);
    for (const { lastSeen } of violations) {
      expect(Date.parse(lastSeen)).toBeGreaterThanOrEqual(clearing.before);
    }
  }

  async function expectViolations(killed: Killed): Promise<void> {
    const found = new Map((await violations()).map((violation) => [violation.id, violation]));
    const { observed } = killed;
    if (observed.at <= killed.at - TRAILS) {
      for (const seen of observed.violations) expectKept(seen, found.get(seen.id));
    }
    for (const { event, violation, extension, ended } of await logged(killed)) {
      if (event === 'violation-opened') expect(found.get(Number(violation))).toMatchObject({ extension });
      if (event === 'violation-ended') expect(found.get(Number(violation))?.ended?.how).toBe(ended);
    }
  }

  /** Whoever is registered now and does not match has an open violation. */
  async function expectOpenWhereRegistered(): Promise<void> {
    for (const extension of THIEVES_AT) {
      const { contacts, violations } = await extensionOf(extension);
      const wrong = contacts.filter(({ matches }) => matches === false).map(({ userAgent }) => userAgent);
      expect(violations.map(({ userAgent }) => userAgent)).toEqual(expect.arrayContaining(wrong));
    }
  }

  function expectKept(seen: ViolationView, found: ViolationView | undefined): void {
    const { extension, userAgent, reason, firstSeen } = seen;
    expect(found).toMatchObject({ extension, userAgent, reason, firstSeen });
    expect(found?.registers).toBeGreaterThanOrEqual(seen.registers);
    expect(found?.calls).toBeGreaterThanOrEqual(seen.calls);
    if (seen.ended !== null) expect(found?.ended).toEqual(seen.ended);
  }

  /** @returns the calls of this round that must never be lost: Asterisk's CDR says that the service refused them */
  async function expectCalls(killed: Killed): Promise<RefusedCall[]> {
    const judged = new Set(
      (await scene.lab.cdr())
        .filter(({ userfield }) => userfield === 'device-lock:wrong-device')
        .map(({ dst }) => dst),
    );
    const kept = thieves
      .flatMap((thief) => thief.takeRefused())
      .filter(({ dialled, at }) => judged.has(dialled) && at <= killed.at - TRAILS);
    const calls = await callsOf(THIEVES_AT);
    const numbers = new Set(calls.map(({ dialled, outcome }) => `${outcome} ${dialled}`));
    for (const { dialled } of kept) expect(numbers).toContain(`refused ${dialled}`);
    const ids = new Set(calls.map(({ linkedId }) => linkedId));
    for (const { event, linkedId } of await logged(killed)) {
      if (event === 'call-refused') expect(ids).toContain(linkedId);
    }
    await expectCounts(kept);
    return kept;
  }

  /** As many calls as were refused are counted, in whichever of its violations. */
  async function expectCounts(kept: readonly RefusedCall[]): Promise<void> {
    const counted = new Map<string, number>();
    for (const { extension, userAgent, calls } of await violations()) {
      const device = `${userAgent} at ${extension}`;
      counted.set(device, (counted.get(device) ?? 0) + calls);
    }
    const refused = Map.groupBy(kept, ({ extension, userAgent }) => `${userAgent} at ${extension}`);
    for (const [device, calls] of refused) {
      expect(counted.get(device), `calls of ${device}`).toBeGreaterThanOrEqual(calls.length);
    }
  }

  /** What the killed service wrote into its log longer than a second before. */
  async function logged({ pid, at }: Killed): Promise<LogLine[]> {
    return (await scene.service.log()).filter(
      (line) =>
        line['pid'] === pid &&
        THIEVES_AT.includes(String(line['extension'])) &&
        Date.parse(String(line['time'])) <= at - TRAILS,
    );
  }

  async function violations(): Promise<ViolationView[]> {
    const found = await Promise.all(
      THIEVES_AT.map((extension) =>
        scene.service.api.get<{ violations: ViolationView[] }>(
          path('violations') + query({ extension, limit: '1000' }),
        ),
      ),
    );
    return found.flatMap(({ violations }) => violations);
  }

  async function callsOf(extensions: readonly string[]): Promise<CallView[]> {
    const found = await Promise.all(
      extensions.map((extension) =>
        scene.service.api.get<{ calls: CallView[] }>(path('calls') + query({ extension, limit: '1000' })),
      ),
    );
    return found.flatMap(({ calls }) => calls);
  }

  function extensionOf(extension: string): Promise<ExtensionView> {
    return scene.service.api.get<ExtensionView>(path('extensions', extension));
  }
});
