/**
 * JSON schemas of everything the API takes in, and the words for what does not fit them. Nothing is coerced, nothing is
 * dropped silently: an unknown property is an error that names it.
 */
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { CHANNELS } from '../domain/alert.ts';
import { MAX_ALTERNATIVES, MAX_LOCK_TEXT } from '../domain/lock.ts';
import { MAX_NETWORK_TEXT, MAX_NETWORKS, type Options } from '../domain/policy.ts';

const networks = {
  maxItems: MAX_NETWORKS,
  uniqueItems: true,
  items: { type: 'string', minLength: 1, maxLength: MAX_NETWORK_TEXT },
} as const;

/** What is decided for the system. */
const options = {
  mode: { type: 'string', enum: ['enforce', 'monitor'] },
  requireRegistration: { type: 'boolean' },
  evict: { type: 'boolean' },
  hangUp: { type: 'boolean' },
  firstUse: { type: 'boolean' },
  firmwareDrift: { type: 'string', enum: ['off', 'notify', 'follow'] },
  networks: { type: 'array', ...networks },
} as const satisfies Record<keyof Options, object>;

/** The same for one extension: `null` goes back to the system's. */
const ownOptions = {
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
const captured = object({ kind: { const: 'this-device' } }, ['kind']);

const alternatives = {
  type: 'array',
  minItems: 1,
  maxItems: MAX_ALTERNATIVES,
  items: choice(written),
} as const;

const modelFields = {
  vendor: { type: 'string', minLength: 1, maxLength: 80 },
  model: { type: 'string', minLength: 1, maxLength: 80 },
  kind: { type: 'string', maxLength: 20 },
  pattern: { type: 'string', minLength: 1, maxLength: 4 * MAX_LOCK_TEXT },
  matches: samples,
  rejects: samples,
} as const;

const wholeModel = object({ id: modelId, ...modelFields }, ['id', ...Object.keys(modelFields)]);

export const extensionParams = object({ ext: { type: 'string', minLength: 1, maxLength: 80 } }, ['ext']);
export const modelParams = object({ id: modelId }, ['id']);

export const policyBody = {
  ...object({
    alternatives: { ...alternatives, items: choice([...written, captured]) },
    add: { type: 'boolean' },
    ...ownOptions,
  }),
  minProperties: 1,
  dependencies: { add: ['alternatives'] },
} as const;

export const checkBody = object(
  {
    userAgent: { type: ['string', 'null'], maxLength: 4096 },
    address: { type: 'string', maxLength: 80 },
  },
  ['userAgent'],
);

export const renameBody = object({ to: { type: 'string', minLength: 1, maxLength: 80 } }, ['to']);

export const settingsBody = {
  ...object({ ...options, fallback: { type: ['string', 'null'] } }),
  minProperties: 1,
} as const;

export const newModelBody = wholeModel;
export const modelBody = { ...object({ id: modelId, ...modelFields }), minProperties: 1 } as const;

/** Query texts stay texts; the handler reads the number. */
const limit = { type: 'string', pattern: '^([1-9][0-9]{0,2}|1000)$' } as const;
const extension = { type: 'string', minLength: 1, maxLength: 80 } as const;
const trueOrFalse = { type: 'string', enum: ['true', 'false'] } as const;

export const violationsQuery = object({ extension, open: trueOrFalse, limit });
export const callsQuery = object({ extension, limit });
export const auditQuery = object({ target: { type: 'string', minLength: 1, maxLength: 80 }, limit });
export const alertsQuery = object({ limit });
export const alertTestBody = object({ channel: { type: 'string', enum: CHANNELS } });
export const eventsQuery = object({
  last: { type: 'string', pattern: '^[0-9]{1,3}$' },
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
