/** What the API answers about what happened: violations, calls, decisions, events, alerts. */
import { address, device } from './answers-devices.ts';
import {
  described,
  flag,
  integer,
  list,
  mapOf,
  oneOf,
  orNull,
  record,
  type Schema,
  text,
  time,
} from './shape.ts';

const severity = oneOf('info', 'warning', 'critical');

export const RECORD_ANSWERS: Readonly<Record<string, Schema>> = {
  Violation: record({
    id: integer,
    extension: text,
    ...device,
    ...address,
    reason: text,
    by: list(oneOf('REGISTER', 'INVITE')),
    mode: oneOf('enforce', 'monitor'),
    firstSeen: time,
    lastSeen: time,
    registers: integer,
    calls: integer,
    dialled: described(orNull(text), 'The number it last dialled.'),
    ended: described(orNull(record({ at: time, how: text })), 'null while it is open.'),
  }),
  Call: record({
    at: time,
    extension: text,
    dialled: text,
    ...device,
    ...address,
    reason: text,
    outcome: text,
    violation: orNull(integer),
    linkedId: text,
  }),
  Reaction: record({
    extension: text,
    violation: integer,
    kind: oneOf('evicted', 'restored', 'hung-up'),
    ...device,
    ...address,
    firstAt: time,
    lastAt: time,
    count: integer,
  }),
  AuditEntry: record({ at: time, who: text, action: text, target: text, detail: text }),
  Change: record({
    topics: list(oneOf('extensions', 'violations', 'settings', 'models', 'status', 'audit')),
    extensions: described(orNull(list(text)), 'null: any.'),
    at: time,
  }),
  Event: {
    type: 'object',
    properties: { event: text, at: time },
    required: ['event', 'at'],
    additionalProperties: true,
    description: 'Further fields by the kind of event.',
  },
  Alerts: record({
    channels: list(
      record({
        ...{ channel: text, target: text, severity, queued: integer, sent: integer, givenUp: integer },
        ...{ dropped: integer, lastSent: orNull(time), failingSince: orNull(time), error: orNull(text) },
        nextTry: orNull(time),
      }),
    ),
    troubles: list(
      record({ trouble: text, severity, title: text, detail: text, actions: list(text), since: time }),
    ),
    alerts: list(
      record({
        ...{ id: text, kind: text, severity, title: text, data: mapOf({}), at: time, channel: text },
        ...{ state: text, attempts: integer, settledAt: orNull(time), error: orNull(text) },
      }),
    ),
  }),
  AlertTest: record({
    results: list(
      record({
        channel: text,
        target: text,
        sent: flag,
        error: orNull(text),
        ms: described(integer, 'Milliseconds.'),
      }),
    ),
  }),
};
