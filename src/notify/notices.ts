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
  'service-restarted': {
    severity: 'critical',
    title: ({ why }) => `The service had to be started anew: ${String(why)}`,
    actions: ['Its log says more; please report it.  See:  device-lock doctor'],
  },
  'looks-like-firmware-update': {
    severity: 'warning',
    title: ({ extension }) =>
      `Extension ${String(extension)}: the other device looks like its own phone with a newer firmware`,
    actions: ['See it:  device-lock show EXT', 'If it is:  device-lock lock EXT --this-device'],
  },
  'phone-enrolled': {
    severity: 'info',
    title: ({ extension }) => `Extension ${String(extension)} has a new phone, enrolled with its code`,
    actions: ['If nobody changed that phone, look at it:  device-lock show EXT'],
  },
  'enrolment-refused': {
    severity: 'warning',
    title: ({ extension }) =>
      `Somebody tried to enrol a phone at extension ${String(extension)}, and was refused`,
    actions: ['See who it was:  device-lock show EXT'],
  },
  'first-use-locked': {
    severity: 'info',
    title: ({ extension }) => `Extension ${String(extension)} is locked to the first device that registered`,
    actions: ['If that is not its phone, give it a new SIP password, and unlock it:  device-lock unlock EXT'],
  },
  'first-use-declined': {
    severity: 'warning',
    title: ({ extension, why }) =>
      `Extension ${String(extension)} is not locked to its first device (${String(why)}): a person has to choose`,
    actions: [
      'Look at it, then lock it to its phone:  device-lock show EXT; device-lock lock EXT --this-device',
    ],
  },
  'firmware-followed': {
    severity: 'info',
    title: ({ extension }) => `The lock of extension ${String(extension)} followed its phone's new firmware`,
    actions: ['If nobody updated that phone, look at it:  device-lock show EXT'],
  },
  'newer-firmware-called': {
    severity: 'warning',
    title: ({ extension }) =>
      `Extension ${String(extension)}: a call of its phone under a newer firmware passed before it registered`,
    actions: ['See that its lock followed since, or else who that was:  device-lock show EXT'],
  },
  'name-unknown': {
    severity: 'warning',
    title: ({ name }) => `The host name ${String(name)} in the allowed networks cannot be looked up`,
    actions: [
      'What it stood for holds; where it never did, its networks are not asked for. Look at the DNS.',
    ],
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
