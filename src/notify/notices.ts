/** Announced events that are worth telling a person, beside violations and calls: one row each. */
import type { Alert, AlertData, Severity } from '../domain/alert.ts';
import type { ServiceEvent } from '../log/event-log.ts';
import { makeAlert } from './incident-alerts.ts';

interface Notice {
  readonly severity: Severity;
  readonly title: (event: ServiceEvent) => string;
  readonly actions: readonly string[];
}

const NOTICES: Readonly<Record<string, Notice>> = {
  'locks-recovered': {
    severity: 'warning',
    title: ({ extensions }) =>
      `The database was new or lost: ${String(extensions)} locks were read from AstDB`,
    actions: ['Look whether any is missing:  device-lock extensions'],
  },
};

/** undefined where the event is nobody's business at once. */
export function noticeAlert(event: ServiceEvent, now: number): Alert | undefined {
  const notice = Object.hasOwn(NOTICES, event.event) ? NOTICES[event.event] : undefined;
  if (notice === undefined) return undefined;
  const { severity, actions } = notice;
  return makeAlert({
    ...{ kind: 'notice', severity, at: now, actions, data: dataOf(event) },
    title: notice.title(event),
  });
}

function dataOf({ at: _, ...fields }: ServiceEvent): AlertData {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [],
    ),
  );
}
