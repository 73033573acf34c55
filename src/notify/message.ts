/**
 * What one or many alerts look like when they are sent: a subject and plain text for people, a document for programs.
 * Text that came from SIP stands in it as text only: harmless, cut, and with nothing a mail program makes a link of.
 */
import { type Alert, type AlertData, MAX_TITLE, SEVERITIES, type Severity } from '../domain/alert.ts';
import { harmless } from '../domain/harmless.ts';
import { localTime, zoneOf } from '../domain/local-time.ts';

export interface Message {
  readonly id: string;
  /** Of the gravest alert in it. */
  readonly severity: Severity;
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly document: MessageDocument;
}

/** Version 1: fields may be added, none changes its meaning. */
export interface MessageDocument {
  readonly format: 'device-lock-alerts';
  readonly version: 1;
  readonly id: string;
  readonly host: string;
  /** ISO 8601, as all times in it. */
  readonly at: string;
  readonly severity: Severity;
  readonly console: string | null;
  readonly alerts: readonly AlertDocument[];
  /** Alerts of this message that it has no room for; `device-lock alerts` has them. */
  readonly more: number;
  /** Alerts that were dropped before, because too many waited. */
  readonly dropped: number;
  /** The message was refused with the texts of devices in it, and stands here without them. */
  readonly withheld: boolean;
}

export interface AlertDocument extends Omit<Alert, 'at'> {
  readonly at: string;
}

export interface MessageContext {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly host: string;
  /** A link for people; empty where there is none. */
  readonly console: string;
  readonly dropped: number;
  /** Without the texts that a device, or whoever dialled, may have chosen: the message was refused with them. */
  readonly isBare?: boolean;
}

/** Alerts that a message tells whole, and those of which it gives the title. */
const IN_FULL = 10;
const IN_BRIEF = 100;
const MAX_SUBJECT = 180;
/** Characters of one value in a text for people. */
const MAX_VALUE = 240;

/** @param alerts at least one */
export function composeMessage(alerts: readonly Alert[], context: MessageContext): Message {
  const sorted = gravestFirst(context.isBare === true ? alerts.map(bare) : alerts);
  const severity = sorted[0]?.severity ?? 'info';
  return {
    id: context.id,
    severity,
    subject: subjectOf(sorted, context.host),
    text: textOf(sorted, context),
    document: {
      ...{ format: 'device-lock-alerts', version: 1, id: context.id, host: context.host },
      ...{ at: new Date(context.now).toISOString(), severity },
      console: context.console === '' ? null : context.console,
      alerts: sorted.slice(0, IN_BRIEF).map((alert) => ({ ...alert, at: new Date(alert.at).toISOString() })),
      more: Math.max(0, sorted.length - IN_BRIEF),
      dropped: context.dropped,
      withheld: context.isBare === true,
    },
  };
}

/** Fields in which nobody else has a word. */
const OWN: ReadonlySet<string> = new Set([
  ...['extension', 'label', 'violation', 'address', 'transport', 'reason', 'mode', 'registers', 'calls'],
  ...['stopped', 'since', 'callAt', 'trouble', 'detail', 'extensions'],
]);

function bare(alert: Alert): Alert {
  const own = Object.entries(alert.data).filter(([name]) => OWN.has(name));
  return { ...alert, data: Object.fromEntries(own) };
}

/** For people: harmless, at most so many characters, and no link. */
export function plain(text: string, most: number = MAX_VALUE): string {
  // An attacker's text must not be turned into something to click on.
  const shown = harmless(text)
    .replaceAll('://', '[:]//')
    .replace(/\bwww\./gi, 'www[.]');
  return shown.length <= most ? shown : `${shown.slice(0, most - 1)}…`;
}

function gravestFirst(alerts: readonly Alert[]): Alert[] {
  const rank = ({ severity }: Alert) => SEVERITIES.indexOf(severity);
  return alerts.toSorted((a, b) => rank(b) - rank(a) || a.at - b.at);
}

function subjectOf(alerts: readonly Alert[], host: string): string {
  const [first] = alerts;
  const title = first?.title ?? '';
  const words = alerts.length <= 1 ? title : `${alerts.length} alerts; ${title}`;
  return plain(`[Device Lock ${host}] ${words}`, MAX_SUBJECT);
}

function textOf(alerts: readonly Alert[], { console, dropped, isBare }: MessageContext): string {
  const parts = alerts.slice(0, IN_FULL).map(inFull);
  if (isBare === true) {
    parts.unshift('What devices say of themselves is left out: this message was refused with it.');
  }
  const brief = alerts.slice(IN_FULL, IN_BRIEF);
  if (brief.length > 0) {
    parts.push(
      `And these:\n${brief.map((alert) => `  ${timeOf(alert.at)}  ${plain(alert.title, MAX_TITLE)}`).join('\n')}`,
    );
  }
  if (alerts.length > IN_BRIEF) {
    parts.push(`And ${alerts.length - IN_BRIEF} more: device-lock alerts list`);
  }
  if (dropped > 0) {
    parts.push(
      `${dropped} alerts were dropped before these, because too many waited: device-lock violations`,
    );
  }
  if (console !== '') parts.push(console);
  return `${parts.join('\n\n')}\n`;
}

function inFull(alert: Alert): string {
  const facts = factsOf(alert);
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    plain(alert.title, MAX_TITLE),
    '',
    ...facts.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...(alert.actions.length === 0 ? [] : ['', ...alert.actions.map((line) => `  ${line}`)]),
  ].join('\n');
}

const FACTS: Readonly<Record<string, string>> = {
  extension: 'Extension',
  label: 'Name',
  userAgent: 'Device says',
  device: 'Looks like',
  address: 'From',
  lock: 'Lock',
  reason: 'Why',
  mode: 'Mode',
  stopped: 'Stopped',
  dialled: 'Dialled',
  registers: 'REGISTERs',
  calls: 'Calls',
  detail: 'What',
  since: 'Since',
};

/** In these somebody else may have a word. */
const FOREIGN: ReadonlySet<string> = new Set(['userAgent', 'device', 'lock', 'dialled']);

function factsOf({ at, data }: Alert): (readonly [string, string])[] {
  const known = Object.entries(FACTS).flatMap(([key, name]) => {
    const value = (data as AlertData)[key];
    if (value === undefined || value === null || value === '') return [];
    const shown = plain(String(value));
    return [[name, FOREIGN.has(key) ? withoutNames(shown) : shown] as const];
  });
  return [['When', timeOf(at)], ...known];
}

/** Mail programs make links of host names and mail addresses too: `evil[.]example`. */
function withoutNames(text: string): string {
  return text.replace(/(?<=[\p{L}\p{N}-])\.(?=\p{L})/gu, '[.]');
}

/** By the clock of this machine, with its zone. */
function timeOf(at: number): string {
  const time = new Date(at);
  return `${localTime(time)} ${zoneOf(time)}`;
}
