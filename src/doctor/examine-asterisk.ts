/** The link to Asterisk: connected, its events arriving, its clock ours, its extensions and contacts known. */
import type { Facts } from './facts.ts';
import { broken, type Finding, ok, skipped, warning } from './finding.ts';

/** The dialplan takes a heartbeat for stale after three seconds of its own clock. */
const MAX_SKEW_MS = 2000;
const MAX_NAMES = 8;

export function examineAsterisk(facts: Facts): Finding[] {
  const connection = examineConnection(facts);
  if (connection.state === 'broken') {
    const rest = ['events', 'clock', 'extensions', 'contacts'];
    return [connection, ...rest.map((check) => skipped(check, 'Asterisk is not connected.'))];
  }
  return [
    connection,
    examineEvents(facts),
    examineClock(facts),
    examineExtensions(facts),
    examineLocks(facts),
    examineContacts(facts),
  ];
}

/** `1001, 1002, …`. */
export function someOf(names: readonly string[]): string {
  return names.slice(0, MAX_NAMES).join(', ') + (names.length > MAX_NAMES ? ', …' : '');
}

/** `1 contact`, `2 contacts`. */
function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function examineConnection({ health: { asterisk, config } }: Facts): Finding {
  const over = asterisk.adapter.toUpperCase();
  if (asterisk.connected)
    return ok('asterisk', `Asterisk ${asterisk.version ?? ''} is connected over ${over}.`);
  const file = asterisk.adapter === 'ami' ? 'manager.conf' : 'ari.conf and http.conf';
  return broken(
    'asterisk',
    `Asterisk is not connected over ${over}.`,
    `Is it running (asterisk -rx 'core show uptime')? Do [${asterisk.adapter}] of ${config} and Asterisk's ${file} agree? The log says what it answered.`,
  );
}

function examineEvents({ events, health, now }: Facts): Finding {
  const { lastEvent } = health.asterisk;
  if (events === undefined) {
    return lastEvent === undefined
      ? skipped(
          'events',
          'No event of a registration has come since the start; ARI has no way to provoke one.',
        )
      : ok('events', `The last event came ${Math.round((now - lastEvent) / 1000)} s ago.`);
  }
  if (events.found === undefined) {
    return warning(
      'events',
      `A second login to the manager, made to provoke an event, failed: ${events.why}.`,
      'Is the number of its sessions limited? Run the doctor again.',
    );
  }
  const { system, security } = events.found;
  if (system && security) return ok('events', "Asterisk's system and security events arrive.");
  const missing = [...(system ? [] : ['system']), ...(security ? [] : ['security'])].join(' and ');
  return broken(
    'events',
    `Asterisk does not send its ${missing} events: changes are noticed only at the next sweep.`,
    `In manager.conf give this user: read = system,call,security; then: asterisk -rx 'manager reload'`,
  );
}

function examineClock({ events }: Facts): Finding {
  const skew = events?.found?.skew;
  if (skew === undefined) return skipped('clock', "Asterisk's clock could not be read.");
  const text = `Asterisk's clock and this one differ by ${(Math.abs(skew) / 1000).toFixed(1)} s.`;
  if (Math.abs(skew) <= MAX_SKEW_MS) return ok('clock', text);
  return warning(
    'clock',
    text,
    'Keep both machines in time (chrony): pass tokens and the heartbeat are dated.',
  );
}

function examineExtensions({ extensions: { listed } }: Facts): Finding {
  if (listed > 0) return ok('extensions', `Asterisk lists ${amount(listed, 'extension')}.`);
  return broken(
    'extensions',
    'Asterisk lists no extension: nothing can inherit the fallback.',
    "Is source in [extensions] right? On plain Asterisk only endpoints with auth count: asterisk -rx 'pjsip show endpoints'",
  );
}

function examineLocks({ extensions: { loaded, locked } }: Facts): Finding {
  if (!loaded) {
    return broken(
      'locks',
      'The locks are still being read back from AstDB.',
      'Wait a moment; then see the log.',
    );
  }
  if (locked > 0) return ok('locks', `A lock is in force for ${amount(locked, 'extension')}.`);
  return warning(
    'locks',
    'No extension has a lock in force: any device may call.',
    'device-lock lock EXT --this-device, or for all: device-lock fallback on --model ID',
  );
}

function examineContacts({ contacts, extensions }: Facts): Finding {
  if (!extensions.contactsListed) {
    return broken('contacts', 'The registrations were never listed since the start.', 'See the log for why.');
  }
  if (contacts.found === undefined) {
    return warning(
      'contacts',
      `Asterisk did not list its contacts: ${contacts.why}.`,
      'Run the doctor again.',
    );
  }
  const { listed, different } = contacts.found;
  if (different.length === 0)
    return ok('contacts', `The service knows the same ${amount(listed, 'contact')} as Asterisk.`);
  return broken(
    'contacts',
    `Asterisk has other contacts than the service knows, at: ${someOf(different)}.`,
    'Events are being missed. The next sweep mends it; where it comes back, see the log.',
  );
}
