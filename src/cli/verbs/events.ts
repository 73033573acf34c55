/** `events`: the latest, one a line, and with --follow each as it comes, until either side ends it. */
import { createInterface } from 'node:readline';
import { query } from '../client.ts';
import type { Context, Options } from '../context.ts';
import { CliError } from '../failure.ts';
import { harmless } from '../harmless.ts';
import { shortTime } from '../times.ts';

const LAST = '20';

export async function events(context: Context, options: Options): Promise<undefined> {
  const follow = options.follow === true;
  const client = await context.client();
  const fields = { last: options.last ?? LAST, follow: String(follow) };
  const stream = await client.stream(`/v1/events${query(fields)}`);
  let cause: unknown;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line !== '') print(context, JSON.parse(line));
    }
  } catch (error) {
    cause = error;
  }
  if (follow || cause !== undefined) {
    throw new CliError('cut-off', 'The service ended the stream of events.', 'See: device-lock status', 1, {
      cause,
    });
  }
}

function print({ output, now }: Context, fields: Readonly<Record<string, unknown>>): void {
  const { event } = fields;
  if (event === 'heartbeat') return;
  if (output.json) output.record(fields);
  else output.line(harmless(lineOf(fields, now())));
}

/** The event's name, then its fields; a text with a space in it stands in quotes. */
function lineOf(fields: Readonly<Record<string, unknown>>, now: number): string {
  const { event, at, extension, ...rest } = fields;
  const time = typeof at === 'string' ? shortTime(at, now) : '';
  const more = Object.entries(rest)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${wordOf(value)}`);
  return [time, String(event), ...(extension === undefined ? [] : [String(extension)]), ...more].join(' ');
}

function wordOf(value: unknown): string {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join('+');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w.:;@/+*#[\]-]+$/.test(text) ? text : JSON.stringify(text);
}
