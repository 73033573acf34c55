/** JSON Schema in few words. Whoever reads an answer must expect more fields than are named: an answer may grow. */

export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const integer: Schema = { type: 'integer' };
export const number: Schema = { type: 'number' };
/** ISO 8601, in UTC. */
export const time: Schema = { type: 'string', format: 'date-time' };

export function described(schema: Schema, description: string): Schema {
  return { ...schema, description };
}

export function oneOf(...texts: readonly string[]): Schema {
  return { type: 'string', enum: texts };
}

export function list(items: Schema): Schema {
  return { type: 'array', items };
}

/** Every field is always there. */
export function record(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties, required: Object.keys(properties) };
}

/** By a name that is not known beforehand. */
export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

export function orNull(schema: Schema): Schema {
  const { type, enum: texts } = schema;
  if (typeof type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(texts) ? { enum: [...texts, null] } : {}),
  };
}

/** One of the document's own schemas. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
