/** `metrics`: the figures as Prometheus reads them, for its textfile collector or to look at. */
import type { Context } from '../context.ts';
import { CliError } from '../failure.ts';
import { harmless } from '../harmless.ts';

const MOST = 4 * 1024 * 1024;

export async function metrics(context: Context): Promise<undefined> {
  const client = await context.client();
  const stream = await client.stream('/v1/metrics');
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MOST)
      throw new CliError('too-large', 'The figures are larger than 4 MB.', 'Report it.');
  }
  for (const line of text.trimEnd().split('\n')) context.output.line(harmless(line));
}
