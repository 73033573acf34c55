/**
 * `events`: the latest, one a line, and with --follow each as it comes. A follower outlives the service: where the stream
 * ends it comes back, asks for what came meanwhile, and a line `gap` says where that cannot be had whole.
 */
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, query } from '../client.ts';
import type { Context, Options } from '../context.ts';
import { asCliError, CliError } from '../failure.ts';
import { harmless } from '../harmless.ts';
import { shortTime } from '../times.ts';

const LAST = '20';
/** Milliseconds before coming back: doubling, and no longer than this. */
const SHORTEST_WAIT = 250;
const LONGEST_WAIT = 5000;
/** Heartbeats come every 15 s: a stream that is silent for so long is dead. */
const SILENT_MS = 45_000;
/** Characters; far longer than any event. */
const LONGEST_LINE = 1 << 20;

export async function events(context: Context, options: Options): Promise<undefined> {
  const follow = options.follow === true;
  const client = await context.client();
  const start = {
    ...(options.after === undefined ? { last: options.last ?? LAST } : { after: options.after }),
  };
  const first = await read(context, client, { ...start, follow: String(follow) });
  if (!follow) {
    if (first.cause === undefined) return;
    const { cause } = first;
    throw new CliError('cut-off', 'The service went away while it answered.', 'See: device-lock status', 1, {
      cause,
    });
  }
  await comeBack(context, client, first.lastId);
}

/** For ever: ends with the process. Only who may not ask any more is told so. */
async function comeBack(context: Context, client: Client, from: string | undefined): Promise<never> {
  let lastId = from;
  let wait = SHORTEST_WAIT;
  let isAway = false;
  for (;;) {
    await sleep(wait);
    try {
      // Who never saw an event wants all that there are now.
      const start = lastId === undefined ? { last: '999' } : { after: lastId };
      const seen = await read(context, client, { ...start, follow: 'true' }, () => {
        if (isAway) note('the service is back');
        isAway = false;
      });
      lastId = seen.lastId ?? lastId;
      wait = SHORTEST_WAIT;
    } catch (error) {
      const failure = asCliError(error);
      if (!RETRIED.has(failure.code)) throw failure;
      if (!isAway) note(`${failure.message} Trying again until it is back.`);
      isAway = true;
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
  }
}

const RETRIED: ReadonlySet<string> = new Set(['not-running', 'no-answer', 'cut-off', 'busy', 'internal']);

/** Prints one stream to its end. Throws where it could not be had at all. */
async function read(
  context: Context,
  client: Client,
  fields: Readonly<Record<string, string>>,
  onOpen: () => void = () => undefined,
): Promise<{ readonly lastId: string | undefined; readonly cause: unknown }> {
  const stream = await client.stream(`/v1/events${query(fields)}`);
  onOpen();
  stream.setTimeout(SILENT_MS, () => stream.destroy(new Error('silent')));
  let lastId: string | undefined;
  try {
    for await (const line of linesOf(stream)) {
      if (line === '') continue;
      const event = parsed(line);
      if (typeof event['id'] === 'string') lastId = event['id'];
      print(context, event);
    }
    return { lastId, cause: undefined };
  } catch (cause) {
    return { lastId, cause };
  }
}

/** Ended by a line feed and nothing else, as JSON lines are. The last may have been cut. */
async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new Error('a line without end');
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** A line that was cut in the middle ends the stream; what it said comes again. */
function parsed(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

/** Beside the events, which alone stand on standard output. */
function note(text: string): void {
  process.stderr.write(`device-lock: ${harmless(text)}\n`);
}

function print({ output, now }: Context, fields: Readonly<Record<string, unknown>>): void {
  const { event } = fields;
  if (event === 'heartbeat') return;
  if (output.json) output.record(fields);
  else output.line(harmless(lineOf(fields, now())));
}

/** The event's name, then its fields; a text with a space in it stands in quotes. */
function lineOf(fields: Readonly<Record<string, unknown>>, now: number): string {
  const { event, at, id: _, extension, ...rest } = fields;
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
