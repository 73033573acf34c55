/** `settings` and `fallback`: what holds for all extensions. Given nothing, they show it. */
import type { SettingsView } from '../../api/shapes.ts';
import { showSettings } from '../../domain/decision-words.ts';
import type { Context, Options } from '../context.ts';
import { usage } from '../failure.ts';
import { harmless } from '../harmless.ts';
import { optionsRequest } from './options.ts';

export async function settings(context: Context, options: Options): Promise<undefined> {
  await change(context, optionsRequest(options), (found) => showSettings(found));
}

export async function fallback(
  context: Context,
  state: string | undefined,
  options: Options,
): Promise<undefined> {
  const { model } = options;
  if (state === 'on' && model === undefined) {
    throw usage('The fallback needs a phone model.', 'Give it: device-lock fallback on --model ID');
  }
  if (state !== 'on' && model !== undefined) {
    throw usage('--model belongs to: fallback on.', 'Write: device-lock fallback on --model ID');
  }
  const asked = state === undefined ? {} : { fallback: state === 'on' ? model : null };
  await change(context, asked, (found) =>
    found.fallback === null
      ? 'The fallback is off: extensions without a lock of their own may call with any device.'
      : `The fallback is on: extensions without a lock of their own need phone model ${found.fallback}.`,
  );
}

async function change(
  context: Context,
  asked: object,
  words: (found: SettingsView) => string,
): Promise<void> {
  const client = await context.client();
  const found =
    Object.keys(asked).length === 0
      ? await client.get<SettingsView>('/v1/settings')
      : await client.put<SettingsView>('/v1/settings', asked);
  context.output.show(found, () => context.output.line(harmless(words(found))));
}
