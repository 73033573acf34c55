/**
 * The phone library: the models the project ships and those an operator adds, each with its compiled test. A library is
 * never changed; a changed list of models makes a new one. It decides nothing about calls.
 */
import { readFile } from 'node:fs/promises';
import type { PatternCompiler, TextTest } from '../domain/matcher.ts';
import type { PhoneModel } from '../domain/phone-model.ts';
import { compilePattern } from '../pattern/pattern.ts';
import { checkModel as checkAgainst, type ModelFault } from './model-check.ts';
import { readModels } from './read-models.ts';

/** The models that come with the project. */
export const SHIPPED_MODELS = new URL('../../data/phone-models.json', import.meta.url);

export interface PhoneLibrary {
  /** In the order they were given. */
  readonly models: readonly PhoneModel[];
  readonly model: (id: string) => PhoneModel | undefined;
  /** The model's compiled pattern; undefined for one that is not in the library. */
  readonly modelTest: (id: string) => TextTest | undefined;
  /** Every model whose pattern matches; for the shipped models at most one, an operator's may overlap. */
  readonly modelsMatching: (userAgent: string) => readonly PhoneModel[];
}

/**
 * Reads a library file. Whether its models are sound is for {@link checkLibrary} to say: that takes a second or two, and
 * was done before they were shipped; a service that starts must not wait for it, nor stay away because of it.
 * @throws {PhoneLibraryError} naming each entry and field that is not of the right shape
 * @throws the file system's error where the file cannot be read
 */
export async function loadModels(file: URL | string = SHIPPED_MODELS): Promise<readonly PhoneModel[]> {
  return readModels(await readFile(file, 'utf8'), typeof file === 'string' ? file : file.pathname);
}

/** What is wrong with a whole library, each model beside those before it; empty where it is sound. */
export function checkLibrary(models: readonly PhoneModel[]): ModelFault[] {
  const compile = compilingOnce();
  return models.flatMap((model, index) => checkAgainst(model, models.slice(0, index), compile));
}

/**
 * What is wrong with a model beside the others; empty where it is sound.
 * @param compile for whoever keeps what was compiled: compiling a whole library takes a tenth of a second
 */
export function checkModel(
  model: PhoneModel,
  others: readonly PhoneModel[],
  compile: PatternCompiler = compilePattern,
): ModelFault[] {
  return checkAgainst(model, others, compile);
}

/** A model whose pattern does not compile stays listed and matches nothing. Of two with one id, the later counts. */
export function createPhoneLibrary(models: readonly PhoneModel[]): PhoneLibrary {
  const entries = new Map<string, Entry>();
  for (const model of models) entries.set(model.id, entryOf(model));
  return {
    models: [...entries.values()].map((entry) => entry.model),
    model: (id) => entries.get(id)?.model,
    modelTest: (id) => entries.get(id)?.test,
    modelsMatching: (userAgent) =>
      [...entries.values()].filter((entry) => entry.test(userAgent)).map((entry) => entry.model),
  };
}

/** Checking a library holds each pattern against every other model's samples; compiling is the dear part. */
function compilingOnce(): PatternCompiler {
  const compiled = new Map<string, ReturnType<PatternCompiler>>();
  return (source) => {
    const known = compiled.get(source) ?? compilePattern(source);
    compiled.set(source, known);
    return known;
  };
}

interface Entry {
  readonly model: PhoneModel;
  readonly test: TextTest;
}

function entryOf(model: PhoneModel): Entry {
  const test = compilePattern(model.pattern);
  return { model, test: typeof test === 'function' ? test : () => false };
}
