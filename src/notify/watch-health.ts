/**
 * Looks every few seconds at what the service stands on, asks the doctor now and then, and tells of trouble that lasts.
 * It mends nothing.
 */
import type { Finding } from '../doctor/finding.ts';
import type { Alert, AlertData } from '../domain/alert.ts';
import type { Logger } from '../log/logger.ts';
import type { StoreHealth } from '../store/store.ts';
import { Conditions, type OpenTrouble, type Trouble } from './conditions.ts';
import { makeAlert } from './incident-alerts.ts';
import { doctorTroubles, type Signs, troublesOf } from './troubles.ts';

export interface HealthOptions {
  readonly tell: (alert: Alert) => void;
  readonly announce: (event: 'trouble' | 'trouble-over', fields: object) => void;
  /** What can be told at once. */
  readonly signs: () => Omit<Signs, 'store' | 'faultsPerMinute' | 'droppedWrites'>;
  readonly store: () => Promise<StoreHealth>;
  readonly doctor: () => Promise<readonly Finding[]>;
  /** Milliseconds. */
  readonly asteriskAwayAfter: number;
  /** Milliseconds between two looks of the doctor; 0 is never. */
  readonly doctorEvery: number;
  readonly logger: Logger;
  readonly now: () => number;
  /** Milliseconds between two looks. */
  readonly every?: number;
}

const EVERY = 5000;
const MINUTE = 60_000;
/** The first look comes when all has settled, and what is found broken is looked at again so soon. */
const DOCTOR_FIRST = 2 * MINUTE;

export class HealthWatch {
  readonly #options: HealthOptions;
  readonly #conditions = new Conditions();
  /** Gate faults since the start, as they were at most a minute ago. */
  #faults: { readonly at: number; readonly count: number }[] = [];
  #findings: readonly Finding[] = [];
  #doctorAt: number;
  #isLooking = false;
  #timer: NodeJS.Timeout | undefined;
  #dropped = 0;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#doctorAt = options.now() + DOCTOR_FIRST;
  }

  /** Told and not over. */
  get open(): readonly OpenTrouble[] {
    return this.#conditions.open;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), this.#options.every ?? EVERY);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One look; never rejects. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await this.#look();
    } catch (error) {
      this.#options.logger.error({ err: error }, 'the health could not be looked at');
    } finally {
      this.#isLooking = false;
    }
  }

  async #look(): Promise<void> {
    const { signs, store, now, asteriskAwayAfter } = this.#options;
    const found = { ...signs(), store: await store() };
    await this.#askDoctor();
    const [faultsPerMinute, droppedWrites] = [
      this.#faultsIn(found.gateFaults),
      this.#newlyDropped(found.store),
    ];
    const troubles = troublesOf({ ...found, faultsPerMinute, droppedWrites }, asteriskAwayAfter);
    const { opened, over } = this.#conditions.observe(
      [...troubles, ...doctorTroubles(this.#findings, troubles)],
      now(),
    );
    for (const trouble of opened) this.#say('trouble', trouble, troubleAlert(trouble, now()));
    for (const trouble of over) this.#say('trouble-over', trouble, recoveredAlert(trouble, now()));
  }

  #say(event: 'trouble' | 'trouble-over', { key, title, detail }: Trouble, alert: Alert): void {
    this.#options.announce(event, { trouble: key, title, detail });
    this.#options.tell(alert);
  }

  async #askDoctor(): Promise<void> {
    const { doctor, doctorEvery, now } = this.#options;
    const wait = this.#doctorAt - now();
    // A longer one comes of a clock that was set back.
    if (doctorEvery === 0 || (wait > 0 && wait <= Math.max(doctorEvery, DOCTOR_FIRST))) return;
    this.#findings = await doctor();
    const isBroken = this.#findings.some(({ state }) => state === 'broken');
    this.#doctorAt = now() + (isBroken ? MINUTE : doctorEvery);
  }

  #faultsIn(count: number): number {
    const now = this.#options.now();
    this.#faults = [...this.#faults.filter(({ at }) => at <= now && now - at <= MINUTE), { at: now, count }];
    return count - (this.#faults[0]?.count ?? count);
  }

  #newlyDropped({ dropped }: StoreHealth): number {
    const more = dropped - this.#dropped;
    this.#dropped = dropped;
    return more;
  }
}

function troubleAlert(trouble: Trouble, now: number): Alert {
  const { severity, title, actions } = trouble;
  return makeAlert({ kind: 'trouble', severity, at: now, title, actions, data: dataOf(trouble) });
}

/** As grave as the trouble was, so that whoever was woken by it learns that it is over. */
function recoveredAlert(trouble: OpenTrouble, now: number): Alert {
  return makeAlert({
    ...{ kind: 'recovered', severity: trouble.severity, at: now, actions: [] },
    title: `Over: ${trouble.title}`,
    data: { ...dataOf(trouble), since: new Date(trouble.since).toISOString() },
  });
}

function dataOf({ key, detail }: Trouble): AlertData {
  return { trouble: key, detail };
}
