/** `models add`, `edit`, `remove`, `restore`: an operator's own phone models, from a JSON file, from options, or both. */
import type { ModelView } from '../../api/shapes.ts';
import { path } from '../client.ts';
import type { Context, Options } from '../context.ts';
import { usage } from '../failure.ts';
import { readJson } from '../files.ts';
import { harmless } from '../harmless.ts';
import { printModel } from './models.ts';

export async function add(context: Context, options: Options): Promise<undefined> {
  const { id, ...rest } = await definitionOf(options);
  if (typeof id !== 'string') throw usage('A phone model needs an id.', 'Give --id, or id in the file.');
  const definition = { kind: 'desk', matches: [], rejects: [], ...rest, id };
  const client = await context.client();
  print(context, await client.post<ModelView>('/v1/models', definition));
}

export async function edit(
  context: Context,
  named: string | undefined,
  options: Options,
): Promise<undefined> {
  const definition = await definitionOf(options);
  const { id: inside, ...changes } = definition;
  const id = named ?? inside;
  if (typeof id !== 'string') throw usage('Which phone model?', 'device-lock models edit ID ...');
  if (inside !== undefined && inside !== id) {
    throw usage("A phone model's id cannot be changed.", 'Add a new one, and remove the old.');
  }
  if (Object.keys(changes).length === 0) {
    throw usage('What shall be changed?', 'Give --file FILE, or --pattern, --match, --vendor ...');
  }
  const client = await context.client();
  print(context, await client.put<ModelView>(path('models', id), changes));
}

export async function remove(context: Context, id: string): Promise<undefined> {
  const client = await context.client();
  const found = await client.delete<{ removed: string }>(path('models', id));
  context.output.show(found, () => context.output.line(harmless(`Phone model ${id} is removed.`)));
}

export async function restore(context: Context, id: string): Promise<undefined> {
  const client = await context.client();
  print(context, await client.post<ModelView>(`${path('models', id)}/restore`, {}));
}

function print(context: Context, model: ModelView): void {
  context.output.show(model, () => printModel(context.output, model));
}

/** What the file says, with what the options say on top. `shipped` is an answer's word, not a definition's. */
async function definitionOf(options: Options): Promise<{ readonly id?: unknown }> {
  const { file, id, vendor, model, kind, pattern, match, reject } = options;
  const fromFile = file === undefined ? {} : await readJson(file);
  if (typeof fromFile !== 'object' || fromFile === null || Array.isArray(fromFile)) {
    throw usage(`${file} does not hold a phone model.`, 'It must hold one JSON object.');
  }
  const fromOptions = { id, vendor, model, kind, pattern, matches: match, rejects: reject };
  const given = Object.entries(fromOptions).filter(([, value]) => value !== undefined);
  const { shipped: _, ...definition } = fromFile as { shipped?: unknown };
  return { ...definition, ...Object.fromEntries(given) };
}
