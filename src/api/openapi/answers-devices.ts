/** What the API answers about extensions, their locks and their phones. */
import { alternative, options, ownOptions } from '../schemas.ts';
import {
  described,
  flag,
  integer,
  list,
  mapOf,
  oneOf,
  orNull,
  record,
  ref,
  type Schema,
  text,
  time,
} from './shape.ts';

/** Which device it was, as each answer says it. */
export const device = {
  userAgent: described(
    orNull(text),
    'null where the message had none; of a malformed one, a harmless rendering.',
  ),
  userAgentFault: described(orNull(text), 'Why it is malformed; null where it is not.'),
};
const phone = { vendor: orNull(text), model: orNull(text) };
const identity = { ...phone, firmware: orNull(text), mac: orNull(text) };
export const address = { address: described(orNull(text), '192.0.2.1:5060') };

const contact = {
  id: text,
  uri: text,
  ...device,
  ...identity,
  ...address,
  addressProof: orNull(oneOf('seen', 'likely', 'claimed')),
  expires: time,
};
const sighting = {
  extension: text,
  ...device,
  ...identity,
  ...address,
  by: oneOf('REGISTER', 'INVITE'),
  matched: orNull(flag),
  firstSeen: time,
  lastSeen: time,
  count: integer,
};
const enrolment = { extension: text, issued: time, expires: time, by: text };
const matches = { matches: described(orNull(flag), 'null where no lock is in force.') };
const summary = {
  extension: text,
  label: orNull(text),
  listed: described(flag, 'Asterisk lists it.'),
  lock: ref('Lock'),
};

export const DEVICE_ANSWERS: Readonly<Record<string, Schema>> = {
  Alternative: alternative,
  Grant: record({ alternative: ref('Alternative'), until: time }),
  Enrolment: record(enrolment),
  NewEnrolment: record({
    ...enrolment,
    code: described(text, 'Told this once: nobody can read it again.'),
    featureCode: described(text, 'What a person dials before the code; empty where there is none.'),
    mailed: described(orNull(text), 'Whom it was mailed to; null where nobody was asked for.'),
  }),
  Lock: record({
    source: oneOf('own', 'fallback', 'none'),
    kind: oneOf('none', 'device', 'model', 'custom', 'mixed'),
    alternatives: list(ref('Alternative')),
    ...options,
    grants: described(list(ref('Grant')), 'What it accepts besides, each until its end.'),
  }),
  Policy: record({
    alternatives: orNull(list(ref('Alternative'))),
    ...ownOptions,
    grants: described(list(ref('Grant')), 'They count where a lock is in force.'),
  }),
  Contact: record({ ...contact, ...matches }),
  Sighting: record(sighting),
  ExtensionSummary: record({
    ...summary,
    contacts: list(record({ ...device, ...address, ...matches })),
    openViolations: integer,
  }),
  ExtensionPolicy: record({ extension: text, lock: ref('Lock'), policy: ref('Policy') }),
  Extension: record({
    ...summary,
    policy: ref('Policy'),
    enrolment: described(orNull(ref('Enrolment')), 'The one-time code that is good now.'),
    contacts: list(ref('Contact')),
    violations: list(ref('Violation')),
    sightings: list(ref('Sighting')),
    calls: list(ref('Call')),
    reactions: described(list(ref('Reaction')), 'What was done by itself, the latest first.'),
  }),
  OverviewRow: record({
    ...summary,
    policyMode: described(orNull(oneOf('enforce', 'monitor')), 'Its own mode; null is inherited.'),
    codeExpires: described(orNull(time), 'When its one-time code ends; null where none is good now.'),
    contacts: list(
      record({
        ...{ ...device, ...phone, firmware: orNull(text), ...address, ...matches, expires: time },
        since: described(orNull(time), 'Since when this device registers from this IP.'),
      }),
    ),
    openViolations: integer,
    lastSeen: orNull(record({ ...device, ...phone, ...address, at: time })),
    known: described(orNull(flag), 'The phone library has its current, else its last User-Agent.'),
    violationDays: described(
      { type: 'array', items: integer, minItems: 7, maxItems: 7 },
      "On how many violations it was seen on each of the last seven days of the server's calendar, oldest first.",
    ),
  }),
  Check: record({
    extension: text,
    ...device,
    ...address,
    answer: oneOf('allow', 'deny', 'unknown'),
    verdict: oneOf('allow', 'deny', 'unknown'),
    reason: text,
    role: oneOf('caller', 'transferer', 'forwarder'),
    mode: oneOf('enforce', 'monitor'),
    lock: ref('Lock'),
    rule: text,
    alternatives: list(record({ alternative: ref('Alternative'), matches: flag })),
    contact: orNull(ref('Contact')),
  }),
  LockTrial: record({
    contacts: list(record({ ...contact, matches: flag })),
    sightings: list(record({ ...sighting, matches: flag })),
  }),
  Failed: list(record({ extension: text, code: text, message: text })),
  Preview: record({
    changes: list(record({ extension: text, lockBefore: ref('Lock'), lockAfter: ref('Lock') })),
    wouldViolate: described(
      list(record({ extension: text, ...device, ...address, reason: text })),
      'Registered phones whose calls would be refused (in monitor: recorded), and are not now.',
    ),
    wouldEnd: list(ref('Violation')),
    failed: ref('Failed'),
    counts: record({ changed: integer, wouldViolate: integer, wouldEnd: integer, failed: integer }),
    complete: described(flag, 'The lists hold all that is counted: they are cut after a thousand each.'),
  }),
  BulkReport: record({ done: list(text), failed: ref('Failed') }),
  Policies: mapOf(ref('Policy')),
};
