/**
 * JSON schemas of everything the API takes in, and the words for what does not fit them. Nothing is coerced, nothing is
 * dropped silently: an unknown property is an error that names it.
 */
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { CHANNELS } from '../domain/alert.ts';
import { LONGEST_VALIDITY, SHORTEST_VALIDITY } from '../domain/enrolment.ts';
import { MAX_GRANTS } from '../domain/grant.ts';
import { MAX_ALTERNATIVES, MAX_LOCK_TEXT } from '../domain/lock.ts';
import { MAX_NETWORK_TEXT, MAX_NETWORKS, type Options } from '../domain/policy.ts';

const networks = {
  maxItems: MAX_NETWORKS,
  uniqueItems: true,
  items: { type: 'string', minLength: 1, maxLength: MAX_NETWORK_TEXT },
} as const;

/** What is decided for the system. */
export const options = {
  mode: { type: 'string', enum: ['enforce', 'monitor'] },
  requireRegistration: { type: 'boolean' },
  evict: { type: 'boolean' },
  hangUp: { type: 'boolean' },
  firstUse: { type: 'boolean' },
  firmwareDrift: { type: 'string', enum: ['off', 'notify', 'follow'] },
  networks: { type: 'array', ...networks },
} as const satisfies Record<keyof Options, object>;

/** The same for one extension: `null` goes back to the system's. */
export const ownOptions = {
  mode: { type: ['string', 'null'], enum: ['enforce', 'monitor', null] },
  requireRegistration: { type: ['boolean', 'null'] },
  evict: { type: ['boolean', 'null'] },
  hangUp: { type: ['boolean', 'null'] },
  firstUse: { type: ['boolean', 'null'] },
  firmwareDrift: { type: ['string', 'null'], enum: ['off', 'notify', 'follow', null] },
  networks: { type: ['array', 'null'], ...networks },
} as const satisfies Record<keyof Options, object>;

const modelId = { type: 'string', minLength: 1, maxLength: 60 } as const;
const lockText = { type: 'string', minLength: 1, maxLength: MAX_LOCK_TEXT } as const;
const samples = {
  type: 'array',
  maxItems: 200,
  items: { type: 'string', maxLength: MAX_LOCK_TEXT },
} as const;

const kinds = {
  device: { userAgent: lockText },
  model: { model: modelId },
  custom: { match: { type: 'string', enum: ['exact', 'prefix', 'pattern'] }, value: lockText },
} as const;

const written = Object.entries(kinds).map(([kind, fields]) =>
  object({ kind: { const: kind }, ...fields }, ['kind', ...Object.keys(fields)]),
);
export const alternative = choice(written);
const captured = object({ kind: { const: 'this-device' } }, ['kind']);

const alternatives = {
  type: 'array',
  minItems: 1,
  maxItems: MAX_ALTERNATIVES,
  items: alternative,
} as const;

const modelFields = {
  vendor: { type: 'string', minLength: 1, maxLength: 80 },
  model: { type: 'string', minLength: 1, maxLength: 80 },
  kind: { type: 'string', maxLength: 20 },
  pattern: { type: 'string', minLength: 1, maxLength: 4 * MAX_LOCK_TEXT },
  matches: samples,
  rejects: samples,
} as const;

export const wholeModel = object({ id: modelId, ...modelFields }, ['id', ...Object.keys(modelFields)]);

export const extensionParams = object({ ext: { type: 'string', minLength: 1, maxLength: 80 } }, ['ext']);
export const modelParams = object({ id: modelId }, ['id']);

/** ISO 8601 with its zone. */
const end = {
  type: 'string',
  pattern:
    '^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,3})?(?:Z|[+-][0-9]{2}:[0-9]{2})$',
} as const;

export const grantsBody = object(
  { alternatives: { ...alternatives, items: choice([...written, captured]) }, until: end },
  ['alternatives', 'until'],
);

export const takeBackBody = object({ alternatives }, ['alternatives']);

const grants = {
  type: 'array',
  maxItems: MAX_GRANTS,
  items: object({ alternative: choice(written), until: end }, ['alternative', 'until']),
} as const;

export const policyBody = {
  ...object({
    alternatives: { ...alternatives, items: choice([...written, captured]) },
    add: { type: 'boolean' },
    ...ownOptions,
  }),
  minProperties: 1,
  dependencies: { add: ['alternatives'] },
} as const;

const settings = {
  ...object({ ...options, fallback: { type: ['string', 'null'], maxLength: 60 } }),
  minProperties: 1,
} as const;

const bulkRequest = {
  ...object({
    ...policyBody.properties,
    unlock: { const: true },
    clear: { const: true },
  }),
  minProperties: 1,
  dependencies: { add: ['alternatives'] },
} as const;

const extensionName = { type: 'string', minLength: 1, maxLength: 80 } as const;
/** The most extensions that one request changes. */
const MAX_EXTENSIONS = 20_000;

export const bulkBody = object(
  {
    extensions: { type: 'array', minItems: 1, maxItems: MAX_EXTENSIONS, items: extensionName },
    request: bulkRequest,
  },
  ['extensions', 'request'],
);

export const previewBody = object(
  {
    change: {
      ...object({
        settings,
        policies: {
          type: 'object',
          minProperties: 1,
          maxProperties: MAX_EXTENSIONS,
          propertyNames: { maxLength: 80 },
          additionalProperties: bulkRequest,
        },
        models: {
          ...object({
            put: { type: 'array', minItems: 1, maxItems: 20, items: wholeModel },
            remove: { type: 'array', minItems: 1, maxItems: 100, items: modelId },
          }),
          minProperties: 1,
        },
      }),
      minProperties: 1,
      maxProperties: 1,
    },
  },
  ['change'],
);

export const proposeBody = object({ userAgent: { type: 'string', minLength: 1, maxLength: 4096 } }, [
  'userAgent',
]);

export const tryModelBody = object(
  { id: modelId, pattern: modelFields.pattern, matches: samples, rejects: samples },
  ['pattern', 'matches', 'rejects'],
);

export const tryLockBody = object(
  { alternatives: { ...alternatives, items: choice([...written, captured]) } },
  ['alternatives'],
);

export const checkBody = object(
  {
    userAgent: { type: ['string', 'null'], maxLength: 4096 },
    address: { type: 'string', maxLength: 80 },
  },
  ['userAgent'],
);

export const enrolmentBody = object({
  seconds: { type: 'integer', minimum: SHORTEST_VALIDITY, maximum: LONGEST_VALIDITY },
  email: { type: 'string', minLength: 3, maxLength: 254 },
});

export const renameBody = object({ to: { type: 'string', minLength: 1, maxLength: 80 } }, ['to']);

export const settingsBody = settings;

export const newModelBody = wholeModel;
export const modelBody = { ...object({ id: modelId, ...modelFields }), minProperties: 1 } as const;

/** Query texts stay texts; the handler reads the number. */
const limit = { type: 'string', pattern: '^([1-9][0-9]{0,2}|1000)$' } as const;
const extension = { type: 'string', minLength: 1, maxLength: 80 } as const;
const trueOrFalse = { type: 'string', enum: ['true', 'false'] } as const;

/** ISO 8601: a day of UTC, or a time. */
const time = {
  type: 'string',
  pattern:
    '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$',
} as const;

export const violationsQuery = object({
  extension,
  open: trueOrFalse,
  since: time,
  until: time,
  before: { type: 'string', pattern: '^[1-9][0-9]{0,14}$' },
  limit,
});
export const callsQuery = object({ extension, limit });
export const auditQuery = object({ target: { type: 'string', minLength: 1, maxLength: 80 }, limit });
export const alertsQuery = object({ limit });
export const alertTestBody = object({ channel: { type: 'string', enum: CHANNELS } });
export const eventsQuery = object({
  last: { type: 'string', pattern: '^[0-9]{1,3}$' },
  after: { type: 'string', pattern: '^[a-z0-9]{1,20}-[0-9]{1,15}$' },
  follow: trueOrFalse,
});

export const importBody = object(
  {
    dryRun: { type: 'boolean' },
    document: object(
      {
        format: { const: 'device-lock' },
        version: { const: 1 },
        exported: { type: 'string', maxLength: 40 },
        settings: object({ ...options, fallback: { type: ['string', 'null'], maxLength: 60 } }),
        policies: {
          type: 'object',
          maxProperties: 100_000,
          propertyNames: { maxLength: 80 },
          additionalProperties: object({
            alternatives: { ...alternatives, type: ['array', 'null'] },
            grants,
            ...ownOptions,
          }),
        },
        models: { type: 'array', maxItems: 2000, items: wholeModel },
        hiddenModels: { type: 'array', maxItems: 2000, items: modelId },
      },
      ['format', 'version'],
    ),
  },
  ['document'],
);

const accountName = { type: 'string', minLength: 1, maxLength: 80 } as const;
const role = { type: 'string', enum: ['viewer', 'operator'] } as const;
const password = { type: 'string', maxLength: 1024 } as const;

export const sessionBody = object({ user: { type: 'string', maxLength: 200 }, password }, [
  'user',
  'password',
]);
export const accountParams = object({ name: accountName }, ['name']);
export const tokenParams = object({ id: accountName }, ['id']);
export const userBody = object({ name: accountName, role, password }, ['name', 'role', 'password']);
export const passwordBody = object({ password }, ['password']);
export const tokenBody = object(
  { name: accountName, role, days: { type: 'integer', minimum: 1, maximum: 3650 } },
  ['name', 'role'],
);

/** One sentence on the first thing that does not fit. */
export function wordsFor(errors: readonly FastifySchemaValidationError[], where: string): Error {
  const [first] = errors;
  if (first === undefined) return new Error(`The ${where} is not understood.`);
  const at = `${where}${first.instancePath.replaceAll('/', '.').slice(0, 120)}`;
  const { additionalProperty, missingProperty, allowedValues, allowedValue, property, deps } = first.params;
  switch (first.keyword) {
    case 'additionalProperties':
      return new Error(`${at} has an unknown property ${quoted(additionalProperty)}.`);
    case 'required':
      return new Error(`${at} lacks the property ${quoted(missingProperty)}.`);
    case 'minProperties':
      return new Error(`${at} asks for nothing.`);
    case 'maxProperties':
      return new Error(`${at} asks for too much at once.`);
    case 'enum':
      return new Error(`${at} must be one of ${(allowedValues as unknown[]).map(shown).join(', ')}.`);
    case 'const':
      return new Error(`${at} must be ${shown(allowedValue)}.`);
    case 'discriminator':
      return new Error(`${at} has no kind that a lock knows: device, model, custom or this-device.`);
    case 'dependencies':
      return new Error(`${at} has ${quoted(property)} without ${String(deps)}.`);
    default:
      return new Error(`${at} ${first.message ?? 'is not understood'}.`);
  }
}

function object<P extends object>(properties: P, required: readonly string[] = []) {
  return { type: 'object', additionalProperties: false, properties, required } as const;
}

/** One of several objects, told apart by their `kind`, so that an error speaks of the kind that was meant. */
function choice(schemas: readonly object[]) {
  return {
    type: 'object',
    discriminator: { propertyName: 'kind' },
    required: ['kind'],
    oneOf: schemas,
  } as const;
}

function quoted(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 60));
}

function shown(value: unknown): string {
  return value === null ? 'null' : String(value);
}
