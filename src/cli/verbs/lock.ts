/** `lock`, `unlock`, `clear`: what an operator decides for one extension. */
import type { ExtensionPolicyView } from '../../api/shapes.ts';
import { path } from '../client.ts';
import type { Context, Options } from '../context.ts';
import { usage } from '../failure.ts';
import { harmless } from '../harmless.ts';
import { count } from '../times.ts';
import { optionsRequest } from './options.ts';
import { printLock } from './show.ts';

export async function lock(context: Context, extension: string, options: Options): Promise<undefined> {
  const request = requestOf(options);
  const client = await context.client();
  const found = await client.put<ExtensionPolicyView>(path('extensions', extension, 'policy'), request);
  print(context, found);
}

export async function unlock(context: Context, extension: string): Promise<undefined> {
  const client = await context.client();
  const found = await client.delete<ExtensionPolicyView>(path('extensions', extension, 'lock'));
  print(context, found);
}

export async function clear(context: Context, extension: string): Promise<undefined> {
  const client = await context.client();
  const found = await client.post<{ extension: string; cleared: number }>(
    path('extensions', extension, 'clear'),
  );
  context.output.show(found, () =>
    context.output.line(
      harmless(`Extension ${extension}: ${count(found.cleared, 'open violation')} cleared.`),
    ),
  );
}

function print({ output, now }: Context, found: ExtensionPolicyView): void {
  output.show(found, () => {
    output.line(output.style('bold', harmless(`Extension ${found.extension}`)));
    printLock(output, found.lock, now());
  });
}

/** What was asked for by options: each an alternative, as the API takes it. */
export function alternativesOf(options: Options): object[] {
  return [
    ...(options.thisDevice === true ? [{ kind: 'this-device' }] : []),
    ...texts(options.model).map((model) => ({ kind: 'model', model })),
    ...custom('exact', options.exact),
    ...custom('prefix', options.prefix),
    ...custom('pattern', options.pattern),
  ];
}

function requestOf(options: Options): object {
  const alternatives = alternativesOf(options);
  const asked = {
    ...(alternatives.length > 0 ? { alternatives } : {}),
    ...(alternatives.length > 0 && options.add === true ? { add: true } : {}),
    ...optionsRequest(options),
  };
  if (options.add === true && alternatives.length === 0) {
    throw usage('--add adds nothing.', 'Say what: --this-device, --model, --exact, --prefix or --pattern.');
  }
  if (Object.keys(asked).length === 0) {
    throw usage(
      'What shall the lock accept?',
      'Give --this-device, --model ID, --exact UA, --prefix TEXT or --pattern RE; or only how it is applied, such as --mode.',
    );
  }
  return asked;
}

function custom(match: string, values: unknown): object[] {
  return texts(values).map((value) => ({ kind: 'custom', match, value }));
}

function texts(values: unknown): readonly string[] {
  return Array.isArray(values) ? values : [];
}
