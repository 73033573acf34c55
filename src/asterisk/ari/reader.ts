/**
 * Reads dialplan functions over ARI, which evaluates them on a channel only: a Local channel that is never dialled,
 * enters the application, is read from and hung up again. Where nobody is left to hang it up, Asterisk does after half
 * a minute. It leaves no CDR, except one "FAILED" of its far half where cdr.conf has `unanswered=yes`. Functions that
 * Asterisk calls dangerous (DB among them) are refused to ARI.
 */
import { randomUUID } from 'node:crypto';
import { AsteriskError } from '../port.ts';
import type { AriSession } from './session.ts';

/** Evaluates one function; `EVAL(...)` evaluates several. */
export type ReadFunction = (expression: string) => Promise<string>;

const LIFETIME_SECONDS = 30;
/** Asterisk takes request lines of 4096 bytes (1024 where it was built for little memory). */
const MAX_ENCODED = 3600;

export async function withReader<Result>(
  session: AriSession,
  work: (read: ReadFunction) => Promise<Result>,
): Promise<Result> {
  const channelId = `device-lock-${randomUUID()}`;
  const arrival = session.arrivals.expect(channelId, session.timing.call);
  await session.call('channels', 'create', {
    endpoint: 'Local/reader@device-lock-ari/n',
    app: session.application,
    channelId,
    otherChannelId: `${channelId}-2`,
  });
  try {
    await arrival;
    const set = (variable: string, value: string) =>
      session.call('channels', 'setChannelVar', { channelId, variable, value });
    await Promise.all([set('TIMEOUT(absolute)', String(LIFETIME_SECONDS)), set('CDR_PROP(disable)', '1')]);
    return await work((expression) => readFunction(session, channelId, expression));
  } finally {
    session.arrivals.forget(channelId);
    await session.call('channels', 'hangup', { channelId }).catch(() => undefined);
  }
}

/** Evaluates many expressions, several a request; the answers must hold no line end. */
export async function readAll(read: ReadFunction, expressions: readonly string[]): Promise<string[]> {
  const answers: string[] = [];
  for (const batch of batchesOf(expressions)) {
    const text = await read(`EVAL(${batch.map((one) => `\${${one}}`).join('\n')}\n)`);
    const lines = text.split('\n');
    if (lines.length !== batch.length + 1) {
      throw new AsteriskError('malformed', 'AstDB has a key with a line end in it');
    }
    answers.push(...lines.slice(0, -1));
  }
  return answers;
}

/** Reads one function on a channel that is in the application. */
export async function readFunction(
  session: AriSession,
  channelId: string,
  expression: string,
): Promise<string> {
  const answer = await session.call('channels', 'getChannelVar', { channelId, variable: expression });
  const value = typeof answer === 'object' && answer !== null && 'value' in answer ? answer.value : undefined;
  if (typeof value !== 'string') throw new AsteriskError('malformed', 'ARI gave a variable without a value');
  return value;
}

function* batchesOf(expressions: readonly string[]): Iterable<string[]> {
  let batch: string[] = [];
  let length = 0;
  for (const expression of expressions) {
    const cost = encodeURIComponent(`\${${expression}}\n`).length;
    if (batch.length > 0 && length + cost > MAX_ENCODED) {
      yield batch;
      batch = [];
      length = 0;
    }
    batch.push(expression);
    length += cost;
  }
  if (batch.length > 0) yield batch;
}
