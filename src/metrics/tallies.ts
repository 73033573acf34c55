/**
 * Counts what happens, since the start, in memory. On the way of a call it costs one look into a map; every label is one
 * of a closed set of words.
 */
import type { CallOutcome, CallRecord } from '../domain/call-record.ts';
import type { Judgement } from '../domain/verdict.ts';
import type { Violation } from '../domain/violation.ts';
import type { EventLog, ServiceEvent } from '../log/event-log.ts';
import { ANSWER_BOUNDS, Buckets } from './buckets.ts';
import { by, counter, type Family } from './exposition.ts';

/** Words of ours are far fewer: a fault that makes names up must not fill the memory. */
const MOST_NAMES = 200;

const OUTCOMES: readonly CallOutcome[] = ['refused', 'monitored', 'refused-unanswered', 'emergency'];

export class Tallies {
  readonly #judged = new Map<string, { readonly labels: Record<string, string>; value: number }>();
  readonly #answers = new Buckets(ANSWER_BOUNDS);
  readonly #opened = new Map<string, number>();
  readonly #ended = new Map<string, number>();
  /** There from the first reading on, so that the first of each is seen as one more. */
  readonly #calls = new Map<string, number>(OUTCOMES.map((outcome) => [outcome, 0]));
  readonly #events = new Map<string, number>();

  /** The gate's verdict on one call. */
  readonly judged = ({ verdict: { kind, reason }, mode }: Judgement): void => {
    const key = `${kind} ${reason} ${mode}`;
    const known = this.#judged.get(key);
    if (known !== undefined) known.value++;
    else this.#judged.set(key, { labels: { verdict: kind, reason, mode }, value: 1 });
  };

  /** @param ms from the bytes that completed the question to the write of the answer */
  readonly answered = (ms: number): void => this.#answers.record(ms / 1000);

  listen(events: EventLog): void {
    events.on('violation', (change, violation) => this.#onViolation(change, violation));
    events.on('call', ({ outcome }: CallRecord) => count(this.#calls, outcome));
    events.on('event', ({ event }: ServiceEvent) => count(this.#events, event));
  }

  families(): Family[] {
    return [
      counter(
        'device_lock_calls_judged_total',
        'Calls that the gate judged; in mode monitor a deny is answered allow.',
        [...this.#judged.values()],
      ),
      this.#answers.family(
        'device_lock_gate_answer_seconds',
        "The service's own part of an answer: from the whole question to the write.",
      ),
      counter(
        'device_lock_calls_recorded_total',
        'Calls worth remembering: refused, monitored, refused-unanswered, emergency.',
        by('outcome', this.#calls),
      ),
      counter(
        'device_lock_violations_opened_total',
        'Violations opened, by why.',
        by('reason', this.#opened),
      ),
      counter('device_lock_violations_ended_total', 'Violations ended, by how.', by('how', this.#ended)),
      counter(
        'device_lock_asterisk_connects_total',
        'Connections to Asterisk that came about.',
        this.#events.get('asterisk-up') ?? 0,
      ),
      counter(
        'device_lock_events_total',
        'Events announced, of one extension and kind at most 30 a minute; docs/events.md has their names.',
        by('event', this.#events),
      ),
    ];
  }

  #onViolation(change: 'opened' | 'counted' | 'ended', { reason, ended }: Violation): void {
    if (change === 'opened') count(this.#opened, reason);
    if (change === 'ended' && ended !== undefined) count(this.#ended, ended.how);
  }
}

function count(counts: Map<string, number>, name: string): void {
  const known = counts.get(name);
  if (known === undefined && counts.size >= MOST_NAMES) return;
  counts.set(name, (known ?? 0) + 1);
}
