/**
 * Announces what happened: one structured line in the log for each violation that opens or ends and for each call that
 * was refused, and the same to whoever follows the events. An attack must not fill the disk: lines of one kind about
 * one extension are limited, and what was left out is counted.
 */
import { EventEmitter } from 'node:events';
import { showAddress } from '../domain/address.ts';
import type { CallRecord } from '../domain/call-record.ts';
import { showUserAgent } from '../domain/user-agent.ts';
import type { Violation } from '../domain/violation.ts';
import { LineBudget } from './line-budget.ts';
import type { Logger } from './logger.ts';

/** One thing that happened, as the log and `events --follow` show it. */
export interface ServiceEvent {
  readonly event: string;
  /** ISO 8601. */
  readonly at: string;
  readonly [field: string]: unknown;
}

const CALL_EVENTS = {
  refused: 'call-refused',
  'refused-unanswered': 'call-refused',
  monitored: 'call-monitored',
  emergency: 'emergency-call',
} as const;

/** Lines of one kind about one extension in one window. Emergency calls are always announced. */
const LINES = 30;
const WINDOW_MS = 60_000;

type ViolationChange = 'opened' | 'counted' | 'ended';

/** Listeners must not throw. */
export interface EventMap {
  /** What was announced: of an extension at most so many of a kind in a minute. */
  event: [ServiceEvent];
  /** Every change of a violation, and every call worth remembering, announced or not. */
  violation: [change: ViolationChange, violation: Violation];
  call: [record: CallRecord];
  /** What is known of an extension, undefined: of any, is another than before, announced or not. */
  touched: [extension: string | undefined];
}

export class EventLog extends EventEmitter<EventMap> {
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #budget = new LineBudget(LINES, WINDOW_MS);

  constructor(logger: Logger, now: () => number) {
    super();
    this.setMaxListeners(100);
    this.#logger = logger;
    this.#now = now;
  }

  violation(change: ViolationChange, violation: Violation): void {
    this.emit('violation', change, violation);
    if (change === 'counted') return;
    const { id, extension, userAgent, address, reason, mode, by, registers, calls, ended } = violation;
    const fields = {
      violation: id,
      ...{ extension, userAgent: showUserAgent(userAgent), reason, mode, by, registers, calls },
      from: address === undefined ? undefined : showAddress(address),
      ...(ended === undefined ? {} : { ended: ended.how }),
    };
    this.#announce(`violation-${change}`, fields, change === 'opened' ? 'warn' : 'info');
  }

  call(record: CallRecord): void {
    this.emit('call', record);
    const { extension, dialled, userAgent, address, reason, outcome, linkedId, violation } = record;
    const fields = {
      ...{ extension, dialled, reason, outcome, linkedId, violation },
      userAgent: userAgent === undefined ? undefined : showUserAgent(userAgent),
      from: address === undefined ? undefined : showAddress(address),
    };
    this.#announce(CALL_EVENTS[outcome], fields, outcome === 'emergency' ? 'info' : 'warn');
  }

  /** What is known of an extension, of any where none is named, is another than before; that alone is no line. */
  touched(extension?: string): void {
    this.emit('touched', extension);
  }

  /** Anything else worth a line: an operator's change, Asterisk gone or back. */
  note(event: string, fields: object): void {
    this.#announce(event, fields, 'info');
  }

  #announce(event: string, fields: object, level: 'info' | 'warn'): void {
    const now = this.#now();
    const isLimited = 'extension' in fields && event !== CALL_EVENTS.emergency;
    if (isLimited && !this.#budget.take(`${event} ${String(fields.extension)}`, now)) return;
    this.#logger[level]({ event, ...fields }, event);
    this.emit('event', { event, at: new Date(now).toISOString(), ...fields });
  }

  /** To be called now and then: says what was left out, once its window is over. */
  tick(): void {
    const now = this.#now();
    for (const [subject, leftOut] of this.#budget.leftOut(now)) {
      const event = 'lines-left-out';
      this.#logger.warn({ event, of: subject, leftOut }, 'lines left out');
      this.emit('event', { event, at: new Date(now).toISOString(), of: subject, leftOut });
    }
  }
}
