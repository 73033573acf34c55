/** `alerts`: by which channels people are told, what they were told, and a test of it. */
import type { AlertsView, AlertTestView, ChannelView, DeliveryView } from '../../api/shapes.ts';
import { query } from '../client.ts';
import { wrap } from '../columns.ts';
import type { Context, Options } from '../context.ts';
import type { ExitCode } from '../failure.ts';
import { harmless } from '../harmless.ts';
import type { Output } from '../output.ts';
import { ago, shortTime } from '../times.ts';

export async function list(context: Context, options: Options): Promise<undefined> {
  const client = await context.client();
  const found = await client.get<AlertsView>(`/v1/alerts${query({ limit: options.limit })}`);
  context.output.show(found, () => print(context.output, found, context.now()));
}

/** Exits 1 where a channel did not take it. */
export async function test(context: Context, options: Options): Promise<ExitCode> {
  const client = await context.client();
  const body = options.channel === undefined ? {} : { channel: options.channel };
  const found = await client.post<AlertTestView>('/v1/alerts/test', body);
  const { output } = context;
  output.show(found, () => {
    for (const { channel, target, sent, error, ms } of found.results) {
      const word = sent ? output.style('green', 'sent') : output.style('red', 'FAILED');
      output.line(`${word}  ${harmless(`${channel} to ${target}, ${ms} ms`)}`);
      if (error !== null)
        for (const line of wrap(harmless(error), output.width - 4)) output.line(`    ${line}`);
    }
  });
  return found.results.every(({ sent }) => sent) ? 0 : 1;
}

function print(output: Output, { channels, troubles, alerts }: AlertsView, now: number): void {
  if (channels.length === 0) {
    output.line('Nobody is told of anything: set up [alerts.email], [alerts.webhook] or [alerts.command].');
  }
  for (const channel of channels) printChannel(output, channel, now);
  for (const { title, detail, since } of troubles) {
    output.line(
      `${output.style('red', 'TROUBLE')}  ${harmless(`${title}, since ${shortTime(since, now).trim()}`)}`,
    );
    for (const line of wrap(harmless(detail), output.width - 4)) output.line(`    ${line}`);
  }
  if (alerts.length === 0) return;
  output.line();
  for (const one of alerts) printDelivery(output, one, now);
}

/** What was told is worth more than a cell: it gets lines of its own. */
function printDelivery(output: Output, one: DeliveryView, now: number): void {
  const { at, severity, channel, state, title, error } = one;
  const head = `${shortTime(at, now)}  ${severity} by ${channel}: `;
  output.line(`${harmless(head)}${output.style(STYLE[state], state)}`);
  const words = error === null ? title : `${title} (${error})`;
  for (const line of wrap(harmless(words), output.width - 4)) output.line(`    ${line}`);
}

const STYLE = { queued: 'yellow', sent: 'green', failed: 'red' } as const satisfies Record<
  DeliveryView['state'],
  string
>;

function printChannel(output: Output, channel: ChannelView, now: number): void {
  const { target, severity, queued, dropped, lastSent, failingSince, error, nextTry } = channel;
  output.line(output.style('bold', harmless(`${channel.channel} to ${target}`)));
  const parts = [
    `from ${severity} on`,
    `last sent ${ago(lastSent, now)}`,
    ...(queued === 0 ? [] : [`${queued} waiting`]),
    ...(dropped === 0 ? [] : [`${dropped} dropped`]),
  ];
  output.line(`    ${parts.join(', ')}`);
  if (failingSince === null) return;
  const next = nextTry === null ? '' : `, next try ${shortTime(nextTry, now).trim()}`;
  const words = `fails since ${shortTime(failingSince, now).trim()}${next}: ${error ?? ''}`;
  for (const line of wrap(harmless(words), output.width - 4)) output.line(`    ${output.style('red', line)}`);
}
