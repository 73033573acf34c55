/**
 * Reads phone models from JSON text: the shape only, field by field, with the entry and the field named where something
 * is wrong. Whether a model is sound is for {@link checkModel} to say. It opens no file.
 */
import type { PhoneModel } from '../domain/phone-model.ts';
import { MODEL_KINDS, type ModelFault } from './model-check.ts';

/** The most models in one library. */
export const MAX_MODELS = 1000;

/** A library file that cannot be used. The message names every fault, a line each, at most twenty. */
export class PhoneLibraryError extends Error {
  readonly faults: readonly string[];

  constructor(where: string, faults: readonly string[], options?: ErrorOptions) {
    const shown = faults.slice(0, 20);
    if (shown.length < faults.length) shown.push(`and ${faults.length - shown.length} more`);
    super(`${where}: ${shown.join('\n  ')}`, options);
    this.name = 'PhoneLibraryError';
    this.faults = faults;
  }
}

/**
 * @param where the file's name, for messages
 * @throws {PhoneLibraryError} where the text is not JSON, not an array, or an entry has a field too many, too few or of
 * another type
 */
export function readModels(text: string, where: string): PhoneModel[] {
  const entries = parse(text, where);
  if (!Array.isArray(entries)) throw new PhoneLibraryError(where, ['not an array of phone models']);
  if (entries.length > MAX_MODELS) {
    throw new PhoneLibraryError(where, [`${entries.length} models; the most is ${MAX_MODELS}`]);
  }
  const faults: string[] = [];
  const models = entries.map((entry: unknown, index) => readModel(entry, `entry ${index + 1}`, faults));
  if (faults.length > 0) throw new PhoneLibraryError(where, faults);
  return models;
}

export function showModelFault(fault: ModelFault): string {
  return `${fault.model}, ${fault.field}: ${fault.fault}. ${fault.hint}`;
}

const TEXTS = ['id', 'vendor', 'model', 'kind', 'pattern'] as const;
const LISTS = ['matches', 'rejects'] as const;
const FIELDS: readonly string[] = [...TEXTS, ...LISTS];

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new PhoneLibraryError(where, [`not JSON: ${why}`], { cause });
  }
}

function readModel(entry: unknown, place: string, faults: string[]): PhoneModel {
  const fields = asFields(entry);
  const id = fields.id;
  const name = typeof id === 'string' ? `${place} (${JSON.stringify(id.slice(0, 60))})` : place;
  if (fields === NOTHING) faults.push(`${name}: not an object`);
  else faults.push(...fieldsAtFault(fields).map((fault) => `${name}, ${fault}`));
  return {
    id: textOf(fields.id),
    vendor: textOf(fields.vendor),
    model: textOf(fields.model),
    kind: isKind(fields.kind) ? fields.kind : 'desk',
    pattern: textOf(fields.pattern),
    matches: listOf(fields.matches),
    rejects: listOf(fields.rejects),
  };
}

function fieldsAtFault(fields: Fields): string[] {
  return [
    ...TEXTS.filter((field) => typeof fields[field] !== 'string').map(
      (field) => `${field}: ${field in fields ? 'not a text' : 'missing'}`,
    ),
    ...LISTS.filter((field) => !isListOfTexts(fields[field])).map(
      (field) => `${field}: ${field in fields ? 'not a list of texts' : 'missing'}`,
    ),
    ...(typeof fields.kind !== 'string' || isKind(fields.kind)
      ? []
      : [`kind: not one of ${MODEL_KINDS.join(', ')}`]),
    ...Object.keys(fields)
      .filter((field) => !FIELDS.includes(field))
      .map((field) => `${JSON.stringify(field.slice(0, 60))}: not a field of a phone model`),
  ];
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isKind(value: unknown): value is PhoneModel['kind'] {
  return MODEL_KINDS.some((known) => known === value);
}

type Fields = Readonly<Partial<Record<keyof PhoneModel, unknown>>>;
const NOTHING: Fields = {};

function asFields(entry: unknown): Fields {
  const isObject = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
  return isObject ? { ...entry } : NOTHING;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
