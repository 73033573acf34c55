/** `grant`: a device that an extension accepts for a time. */
import type { ExtensionPolicyView } from '../../api/shapes.ts';
import { path } from '../client.ts';
import type { Context, Options } from '../context.ts';
import { endOf, secondsOf } from '../duration.ts';
import { usage } from '../failure.ts';
import { harmless } from '../harmless.ts';
import { count } from '../times.ts';
import { alternativesOf } from './lock.ts';
import { printLock } from './show.ts';

export async function grant(context: Context, extension: string, options: Options): Promise<undefined> {
  const alternatives = alternativesOf(options);
  if (options.remove === true) {
    if (alternatives.length > 0) throw usage('--remove takes all grants back.', 'Leave the others out.');
    return await remove(context, extension);
  }
  if (alternatives.length === 0) {
    throw usage('What shall it accept?', 'Say what: --this-device, --model, --exact, --prefix or --pattern.');
  }
  const until = new Date(endIn(options, context.now())).toISOString();
  const client = await context.client();
  const body = { alternatives, until };
  const found = await client.post<ExtensionPolicyView>(path('extensions', extension, 'grants'), body);
  const { output } = context;
  output.show(found, () => {
    output.line(output.style('bold', harmless(`Extension ${found.extension}`)));
    printLock(output, found.lock, context.now());
    if (found.lock.source === 'none') output.line('A grant counts only where a lock is in force.');
  });
}

async function remove(context: Context, extension: string): Promise<undefined> {
  const client = await context.client();
  const found = await client.delete<{ removed: number }>(path('extensions', extension, 'grants'));
  context.output.show(found, () =>
    context.output.line(harmless(`Extension ${extension}: ${count(found.removed, 'grant')} taken back.`)),
  );
}

/** In milliseconds since the epoch; whether it makes sense there, the service says. */
function endIn(options: Options, now: number): number {
  const { for: time, until: day } = options;
  if ((time === undefined) === (day === undefined)) {
    throw usage('Until when?', 'Give one of --for 3d and --until friday.');
  }
  const seconds = time === undefined ? undefined : secondsOf(time);
  const end = day === undefined ? undefined : endOf(day, now);
  const at = seconds === undefined ? end : now + seconds * 1000;
  // The last is where the calendar itself ends.
  if (at === undefined || at > 8.64e15) {
    throw usage(
      `--${time === undefined ? 'until' : 'for'} is not understood.`,
      'Such as: --for 3d, --for 12h, --until friday, --until 2026-11-27, --until "2026-11-27 18:00"',
    );
  }
  return at;
}
