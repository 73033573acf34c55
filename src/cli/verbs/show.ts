/** `show EXT`: everything that is known of one extension. */
import type { ContactView, ExtensionView, IdentityView, LockView } from '../../api/shapes.ts';
import { showOptions } from '../../domain/decision-words.ts';
import { showAlternative } from '../../domain/lock.ts';
import { DEFAULT_SETTINGS, OPTION_NAMES, type Options } from '../../domain/policy.ts';
import { path } from '../client.ts';
import { wrap } from '../columns.ts';
import type { Context } from '../context.ts';
import { printField } from '../fields.ts';
import { harmless } from '../harmless.ts';
import type { Output } from '../output.ts';
import { printTable } from '../table.ts';
import { shortTime, until as untilWhen } from '../times.ts';
import { printCalls } from './records.ts';
import { printViolations } from './violations.ts';

export async function show(context: Context, extension: string): Promise<undefined> {
  const client = await context.client();
  const found = await client.get<ExtensionView>(path('extensions', extension));
  context.output.show(found, () => printExtension(context.output, found, context.now()));
}

/** The lock's alternatives one below the other, then how it is applied. */
export function printLock(output: Output, lock: LockView, now: number): void {
  printField(output, 'Lock', lockWords(lock));
  for (const alternative of lock.alternatives) printField(output, '', showAlternative(alternative));
  for (const { alternative, until } of lock.grants) {
    printField(output, '', `${showAlternative(alternative)}, until ${shortTime(until, now)}`, 'yellow');
  }
  if (lock.source !== 'none') printField(output, 'Mode', lock.mode);
  const others = showOptions(unusual(lock));
  if (others.length > 0) printField(output, 'Options', others.join(', '));
  if (lock.source === 'none' && lock.networks.length > 0) {
    printField(
      output,
      '',
      'Networks are asked for with a lock only; any device there: --pattern .',
      'yellow',
    );
  }
}

/** What is not as it is on a fresh box, without the mode. */
function unusual(lock: Options): Partial<Options> {
  const isUnusual = (name: keyof Options) =>
    JSON.stringify(lock[name]) !== JSON.stringify(DEFAULT_SETTINGS[name]);
  return Object.fromEntries(
    OPTION_NAMES.filter((name) => name !== 'mode' && isUnusual(name)).map((name) => [name, lock[name]]),
  );
}

function lockWords({ source, alternatives }: LockView): string {
  if (source === 'none') return 'none: any device may call';
  const many = alternatives.length > 1 ? ', any of these' : '';
  return source === 'fallback' ? `the fallback's${many}` : `its own${many}`;
}

function printExtension(output: Output, found: ExtensionView, now: number): void {
  const name = found.label === null ? '' : ` (${found.label})`;
  output.line(output.style('bold', harmless(`Extension ${found.extension}${name}`)));
  if (!found.listed) printField(output, '', 'Asterisk does not list it.');
  printLock(output, found.lock, now);
  const dormant = found.lock.source === 'none' ? found.policy.grants : [];
  for (const { alternative, until } of dormant) {
    const text = `${showAlternative(alternative)}, until ${shortTime(until, now)}: counts only with a lock`;
    printField(output, 'Granted', text, 'dim');
  }
  if (found.enrolment !== null) {
    printField(
      output,
      'Enrolment',
      `a one-time code is good; it ends ${untilWhen(found.enrolment.expires, now)}`,
    );
  }
  section(output, 'Registered');
  if (found.contacts.length === 0) output.line('  nothing');
  for (const contact of found.contacts) printContact(output, contact, now);
  if (found.violations.length > 0) {
    section(output, 'Open violations');
    printViolations(output, found.violations, now, false);
    if (found.violations.some(({ reason }) => reason === 'newer-firmware')) {
      output.line(
        '  This looks like a firmware update of the locked phone. If it is, accept what is registered:',
      );
      output.line(harmless(`    device-lock lock ${found.extension} --this-device --add`));
    }
  }
  if (found.reactions.length > 0) {
    section(output, 'Done by itself');
    printReactions(output, found.reactions, now);
  }
  if (found.sightings.length > 0) {
    section(output, 'Last seen');
    printSightings(output, found.sightings, now);
  }
  if (found.calls.length > 0) {
    section(output, 'Last calls');
    printCalls(output, found.calls, now, false);
  }
}

function section(output: Output, title: string): void {
  output.line();
  output.line(output.style('bold', title));
}

function printContact(output: Output, contact: ContactView, now: number): void {
  const [mark, style] =
    contact.matches === null
      ? (['any device', 'dim'] as const)
      : contact.matches
        ? (['right device', 'green'] as const)
        : (['WRONG DEVICE', 'red'] as const);
  const device = contact.userAgent ?? '(none)';
  for (const [i, line] of wrap(harmless(device), output.width - 16).entries()) {
    output.line(`  ${i === 0 ? output.style(style, mark) : ' '.repeat(mark.length)}  ${line}`);
  }
  const claimed = contact.addressProof === 'claimed' ? ' (claimed)' : '';
  const from = contact.address === null ? 'from an unknown address' : `from ${contact.address}${claimed}`;
  const details = [from, `expires ${untilWhen(contact.expires, now)}`, ...identityWords(contact)];
  for (const line of wrap(harmless(details.join(', ')), output.width - 16))
    output.line(`${' '.repeat(16)}${line}`);
}

/** `Yealink SIP-T46U`, `firmware 108.86.0.20`, `MAC 00:15:65:aa:bb:cc`, as far as they are known. */
export function identityWords({ vendor, model, firmware, mac }: IdentityView): string[] {
  const phone = [vendor, model].filter((one) => one !== null).join(' ');
  return [
    ...(phone === '' ? [] : [phone]),
    ...(firmware === null ? [] : [`firmware ${firmware}`]),
    ...(mac === null ? [] : [`MAC ${mac}`]),
  ];
}

const DONE = { evicted: 'removed', restored: 'put back', 'hung-up': 'call ended' } as const;

function printReactions(output: Output, reactions: ExtensionView['reactions'], now: number): void {
  printTable(
    output,
    [
      { title: 'LAST' },
      { title: 'DONE' },
      { title: 'TIMES', align: 'right' },
      { title: 'AT', min: 21 },
      { title: 'DEVICE', min: 16 },
    ],
    reactions.map(({ lastAt, kind, count, address, userAgent }) => [
      shortTime(lastAt, now),
      DONE[kind],
      String(count),
      address ?? '-',
      userAgent ?? '(none)',
    ]),
  );
}

function printSightings(output: Output, sightings: ExtensionView['sightings'], now: number): void {
  printTable(
    output,
    [
      { title: 'LAST' },
      { title: 'BY' },
      { title: 'TIMES', align: 'right' },
      { title: 'FROM', min: 21 },
      { title: 'DEVICE', min: 16 },
    ],
    sightings.map(({ lastSeen, by, count, address, userAgent, matched }) => [
      shortTime(lastSeen, now),
      by,
      String(count),
      address ?? '-',
      matched === false ? { text: userAgent ?? '(none)', style: 'red' } : (userAgent ?? '(none)'),
    ]),
  );
}
