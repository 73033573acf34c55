/** What the API answers about the service itself, what is decided for all, the phone library, and documents. */
import { options, wholeModel } from '../schemas.ts';
import {
  described,
  flag,
  integer,
  list,
  number,
  oneOf,
  orNull,
  record,
  ref,
  type Schema,
  text,
  time,
} from './shape.ts';

const changes = { added: list(text), changed: list(text) };

export const SYSTEM_ANSWERS: Readonly<Record<string, Schema>> = {
  Error: record({
    error: record({
      code: described(text, 'For programs: it stays the same whatever the words become.'),
      message: text,
      hint: described(text, 'What to do about it.'),
    }),
  }),
  Settings: record({
    ...options,
    fallback: described(orNull(text), 'The id of a phone model; null is off.'),
  }),
  Status: record({
    ...{ version: text, node: text, pid: integer, started: time, uptime: described(integer, 'Seconds.') },
    config: text,
    settings: ref('Settings'),
    console: ref('Console'),
    asterisk: record({
      ...{ adapter: oneOf('ami', 'ari'), connected: flag, version: orNull(text) },
      ...{ since: orNull(time), lastEvent: orNull(time) },
    }),
    gate: record({
      ...{ host: text, port: integer, answered: integer, faults: integer, connections: integer },
      p50: described(orNull(number), 'Microseconds.'),
      p99: described(orNull(number), 'Microseconds.'),
    }),
    astdb: record({ inStep: flag, pending: integer, heartbeatAt: orNull(time) }),
    store: record({
      ...{ path: orNull(text), schema: orNull(integer), bytes: orNull(integer), freeBytes: orNull(integer) },
      ...{ pending: orNull(integer), dropped: orNull(integer), failure: orNull(text) },
    }),
    reactions: described(
      record({ evicted: integer, restored: integer, hungUp: integer, held: integer }),
      'What was done by itself since the start; held: extensions whose next eviction waits.',
    ),
    counts: record({ extensions: integer, locked: integer, contacts: integer, openViolations: integer }),
  }),
  Finding: {
    ...record({ check: text, state: oneOf('ok', 'warning', 'broken', 'skipped'), what: text, cure: text }),
    required: ['check', 'state', 'what'],
  },
  Dialplan: record({
    gate: text,
    emergencyNumbers: list(text),
    whenUnavailable: oneOf('allow', 'deny'),
    refusal: text,
    featureCode: described(text, 'Dialled before a one-time code; empty where there is none.'),
  }),
  Model: record({
    ...wholeModel.properties,
    shipped: described(flag, 'As the project ships it; false where an operator wrote or edited it.'),
  }),
  ModelProposal: record({
    ...{ id: text, vendor: text, model: text, pattern: text, matches: list(text), rejects: list(text) },
    covers: described(list(text), 'Extensions that a phone is registered at which the pattern accepts.'),
    existing: described(orNull(text), 'The phone model that accepts the User-Agent already.'),
  }),
  ModelTrial: record({
    ok: flag,
    problems: list(
      record({
        field: oneOf('pattern', 'matches', 'rejects'),
        index: described(
          orNull(integer),
          'Which of the samples, from 0; null where it is about none or all.',
        ),
        message: text,
      }),
    ),
    covers: list(text),
  }),
  Export: record({
    ...{ format: { const: 'device-lock' }, version: { const: 1 }, exported: time, settings: ref('Settings') },
    policies: ref('Policies'),
    models: list({ ...wholeModel }),
    hiddenModels: list(text),
  }),
  ImportReport: record({
    dryRun: flag,
    settings: oneOf('changed', 'same', 'absent'),
    policies: record({ ...changes, same: integer }),
    models: record({ ...changes, removed: list(text), same: integer }),
  }),
};
