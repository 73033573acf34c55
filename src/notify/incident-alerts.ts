/** Alerts of wrong devices and of calls: the words and the fields. Pure, but for the alert's id. */
import { randomUUID } from 'node:crypto';
import { type SourceAddress, showAddress } from '../domain/address.ts';
import { type Alert, type AlertData, type AlertKind, MAX_DATA, MAX_TITLE } from '../domain/alert.ts';
import type { CallRecord } from '../domain/call-record.ts';
import type { Identity } from '../domain/identify.ts';
import { showAlternative } from '../domain/lock.ts';
import { showUserAgent, type UserAgent } from '../domain/user-agent.ts';
import type { Violation } from '../domain/violation.ts';
import type { LockInForce } from '../state/extension-table.ts';
import type { Done } from './held.ts';
import type { News, Stage } from './incidents.ts';
import { plain } from './message.ts';

/** What is known of the extension besides. */
export interface Surroundings {
  readonly label: (extension: string) => string | undefined;
  readonly lockInForce: (extension: string) => LockInForce;
  readonly identify: (userAgent: string) => Identity;
}

const KINDS: Readonly<Record<Stage, AlertKind>> = {
  registered: 'violation',
  called: 'call',
  costly: 'costly-call',
};

export function violationAlert(
  violation: Violation,
  { stage, isMany }: News,
  around: Surroundings,
  now: number,
  done: Done = {},
): Alert {
  const { extension, mode } = violation;
  const passes = mode === 'monitor';
  return makeAlert({
    kind: KINDS[stage],
    // Nothing stopped it: that does not wait for the morning.
    severity: stage === 'costly' && passes ? 'critical' : 'warning',
    at: now,
    title: `${nameOf(extension, around)}: ${isMany ? 'many other devices try; ' : ''}${eventOf(stage, passes)}${asideOf(violation)}`,
    data: {
      ...{ extension, label: around.label(extension) ?? null, violation: violation.id },
      ...deviceData(violation.userAgent, around),
      ...addressData(violation.address),
      ...{ lock: lockOf(extension, around), reason: violation.reason, mode },
      ...{ registers: violation.registers, calls: violation.calls, dialled: violation.dialled ?? null },
      stopped: stoppedOf(violation, passes, done),
      since: new Date(violation.firstSeen).toISOString(),
    },
    actions: actionsOf(extension, stage, passes, done),
  });
}

/** A call that the dialplan refused by itself, while the service gave no answer. */
export function unansweredAlert(record: CallRecord, stage: Stage, around: Surroundings, now: number): Alert {
  const { extension, dialled, address, reason } = record;
  return makeAlert({
    ...{ kind: KINDS[stage], severity: 'warning', at: now },
    title: `${nameOf(extension, around)}: the dialplan refused a call while the service did not answer`,
    data: {
      ...{ extension, label: around.label(extension) ?? null, ...addressData(address), reason, dialled },
      stopped: 'this call',
      callAt: new Date(record.at).toISOString(),
    },
    actions: ['See how the service is:  device-lock doctor', ...actionsOf(extension, stage, false)],
  });
}

export function emergencyAlert(record: CallRecord, around: Surroundings, now: number): Alert {
  const { extension, dialled, address } = record;
  return makeAlert({
    ...{ kind: 'emergency-call', severity: 'critical', at: now },
    title: `Emergency call: ${nameOf(extension, around)} dialled ${dialled}`,
    data: {
      ...{ extension, label: around.label(extension) ?? null, ...addressData(address), dialled },
      callAt: new Date(record.at).toISOString(),
    },
    actions: ['It was put through.  See:  device-lock calls'],
  });
}

/** The alert, with an id, and every text held to its limit. */
export function makeAlert(of: Omit<Alert, 'id'>): Alert {
  const data: AlertData = Object.fromEntries(
    Object.entries(of.data).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, MAX_DATA).toWellFormed() : value,
    ]),
  );
  return { ...of, id: randomUUID(), title: plain(of.title, MAX_TITLE), data };
}

/** A word of a command line, for a person to paste. */
export function shellWord(text: string): string {
  if (/^[\w.+][\w.+-]*$/.test(text)) return text;
  return `'${plain(text, 80).replaceAll("'", "'\\''")}'`;
}

function nameOf(extension: string, { label }: Surroundings): string {
  const name = label(extension);
  const short = plain(extension, 40);
  return name === undefined || name === '' ? `Extension ${short}` : `Extension ${short} (${plain(name, 40)})`;
}

function eventOf(stage: Stage, passes: boolean): string {
  switch (stage) {
    case 'registered':
      return 'another device has registered';
    case 'called':
      return passes
        ? 'another device calls; nothing stops it in monitor'
        : "another device's call was refused";
    case 'costly':
      return passes
        ? 'another device calls an international or premium number; nothing stops it in monitor'
        : "another device's call to an international or premium number was refused";
  }
}

/** What a wrong device may be instead of a thief's. */
function asideOf({ reason }: Violation): string {
  if (reason === 'wrong-network') return ' (the right phone by its name, outside its networks)';
  return reason === 'newer-firmware' ? ' (perhaps the right phone after a firmware update)' : '';
}

function stoppedOf({ calls }: Violation, passes: boolean, done: Done): string {
  if (passes) return 'nothing: the mode is monitor';
  const ended = done['hung-up'] ?? 0;
  const stopped = [
    ...(calls > 0 ? [callsOf(calls)] : []),
    ...(done.evicted === undefined ? [] : ['its registration was removed']),
    ...(done.restored === undefined ? [] : ["the phone's own was put back"]),
    ...(ended > 0 ? [`${callsOf(ended)} in progress ended`] : []),
  ];
  return stopped.length === 0 ? 'nothing yet: its calls will be refused' : stopped.join('; ');
}

function callsOf(count: number): string {
  return count === 1 ? '1 call' : `${count} calls`;
}

function actionsOf(extension: string, stage: Stage, passes: boolean, done: Done = {}): string[] {
  // What was evicted is not "this device" any more; its User-Agent is no text for a shell.
  const isGone = done.evicted !== undefined;
  const word = shellWord(extension);
  return [
    `See it:                  device-lock show ${word}`,
    isGone
      ? `It is its new phone:     device-lock enrol ${word}   (a code, to be dialled from it)`
      : `It is its new phone:     device-lock lock ${word} --this-device`,
    `It is not:               give the extension a new SIP password; device-lock violations ${word}`,
    `It is dealt with:        device-lock clear ${word}`,
    ...(passes && stage !== 'registered'
      ? [`Refuse such calls:       device-lock lock ${word} --mode enforce`]
      : []),
  ];
}

function deviceData(userAgent: UserAgent, { identify }: Surroundings): AlertData {
  const { vendor, model, firmware, mac } = userAgent.kind === 'text' ? identify(userAgent.text) : {};
  const device = [vendor, model, firmware].filter((part) => part !== undefined).join(' ');
  return {
    userAgent: showUserAgent(userAgent),
    device: device === '' ? null : device,
    ...{ vendor: vendor ?? null, model: model ?? null, firmware: firmware ?? null, mac: mac ?? null },
  };
}

function addressData(address: SourceAddress | undefined): AlertData {
  return {
    address: address === undefined ? null : showAddress(address),
    transport: address?.transport ?? null,
  };
}

function lockOf(extension: string, { lockInForce }: Surroundings): string {
  return (lockInForce(extension).lock?.alternatives ?? []).map(showAlternative).join(' or ');
}
