/** Listens to what the service announces and tells what a person should know of it. It must never disturb who announces. */
import type { Alert } from '../domain/alert.ts';
import type { CallRecord } from '../domain/call-record.ts';
import { showUserAgent } from '../domain/user-agent.ts';
import type { Violation } from '../domain/violation.ts';
import type { EventLog, ServiceEvent } from '../log/event-log.ts';
import { LineBudget } from '../log/line-budget.ts';
import type { Logger } from '../log/logger.ts';
import { type Done, Held } from './held.ts';
import { emergencyAlert, type Surroundings, unansweredAlert, violationAlert } from './incident-alerts.ts';
import { Incidents, type Stage } from './incidents.ts';
import { noticeAlert } from './notices.ts';

export interface WatchOptions extends Surroundings {
  readonly tell: (alert: Alert) => void;
  /** Violations that were open when the service last ran: they were told of then. */
  readonly open: Iterable<Violation>;
  readonly emergencyCalls: boolean;
  /** Beginnings of numbers that cost. */
  readonly costly: readonly string[];
  /** Milliseconds. */
  readonly againAfter: number;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Of one kind and extension: what goes on all the time is no news any more. */
const NOTICES_AN_HOUR = 3;

/** From now on; returns what ends it. */
export function watchIncidents(events: EventLog, options: WatchOptions): () => void {
  const { tell, now, logger } = options;
  const incidents = new Incidents(options.againAfter);
  for (const one of options.open) {
    incidents.remember(one.extension, deviceOf(one), stageOf(one, options), one.lastSeen);
  }
  const held = new Held();
  const notices = new LineBudget(NOTICES_AN_HOUR, 3_600_000);
  const guarded =
    <T extends unknown[]>(listener: (...given: T) => void) =>
    (...given: T) => {
      try {
        listener(...given);
      } catch (error) {
        logger.error({ err: error }, 'an alert could not be made; this is a fault: report it');
      }
    };
  const onViolation = guarded((change: string, violation: Violation) => {
    if (change === 'ended') return;
    const { extension } = violation;
    const news = incidents.see(extension, deviceOf(violation), stageOf(violation, options), now());
    if (news === undefined) return;
    const alert = (done: Done) => tell(violationAlert(violation, news, options, now(), done));
    if (mayBeDoneBySelf(violation, options)) held.hold(violation.id, guarded(alert));
    else alert({});
  });
  const onCall = guarded((record: CallRecord) => {
    if (record.outcome === 'emergency' && options.emergencyCalls)
      tell(emergencyAlert(record, options, now()));
    if (record.outcome !== 'refused-unanswered') return;
    const stage = isCostly(record.dialled, options) ? 'costly' : 'called';
    if (incidents.see(record.extension, 'unanswered', stage, now()) === undefined) return;
    tell(unansweredAlert(record, stage, options, now()));
  });
  const onEvent = guarded((event: ServiceEvent) => {
    held.note(event);
    const alert = noticeAlert(event, now());
    if (alert === undefined) return;
    const subject = `${event.event} ${String(event['extension'] ?? '')}`;
    if (notices.take(subject, now())) tell(alert);
  });
  events.on('violation', onViolation);
  events.on('call', onCall);
  events.on('event', onEvent);
  return () => {
    events.off('violation', onViolation);
    events.off('call', onCall);
    events.off('event', onEvent);
    held.flush();
  };
}

/** One device at one place, as the violation itself is kept. */
function deviceOf({ userAgent, address }: Violation): string {
  return `${address?.ip ?? ''} ${userAgent.kind} ${showUserAgent(userAgent)}`;
}

/** What was done against it will be known in a moment. */
function mayBeDoneBySelf({ extension, mode }: Violation, { lockInForce }: WatchOptions): boolean {
  const { evict, hangUp } = lockInForce(extension);
  return mode === 'enforce' && (evict || hangUp);
}

function stageOf({ calls, dialled }: Violation, options: WatchOptions): Stage {
  if (calls === 0) return 'registered';
  return isCostly(dialled ?? '', options) ? 'costly' : 'called';
}

function isCostly(dialled: string, { costly }: WatchOptions): boolean {
  return costly.some((beginning) => dialled.startsWith(beginning));
}
