/**
 * What Asterisk does not let ARI do itself, the dialplan does: AstDB is out of ARI's reach (`live_dangerously=no`), so
 * a Local channel runs through a context of dialplan/device-lock.conf, does one batch of work and enters the
 * application to say so. It is hung up then, or by Asterisk after ten seconds, and leaves no CDR. Only names and values
 * that were checked get there.
 */
import { randomUUID } from 'node:crypto';
import { AsteriskError } from '../port.ts';
import type { AriSession } from './session.ts';

/** The context's name, in dialplan/device-lock.conf; nothing else may lead into it. */
export const ARI_CONTEXT = 'device-lock-ari';

/** Asterisk hangs up by itself what did not come back by then. */
const LIFETIME_SECONDS = 10;

/** @param work what to do with the channel that came back, before it is hung up */
export async function runErrand<Result>(
  session: AriSession,
  exten: 'put' | 'get',
  variables: Readonly<Record<string, string>>,
  work: (channelId: string, args: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const channelId = `device-lock-${randomUUID()}`;
  const otherChannelId = `${channelId}-2`;
  const arrival = session.arrivals.expect(otherChannelId, session.timing.call);
  await session.call('channels', 'originate', {
    endpoint: `Local/${exten}@${ARI_CONTEXT}/n`,
    app: session.application,
    timeout: LIFETIME_SECONDS,
    channelId,
    otherChannelId,
    variables: { ...variables, DEVICELOCK_APP: session.application, 'CDR_PROP(disable)': '1' },
  });
  try {
    return await work(otherChannelId, await arrival.catch(explain));
  } finally {
    session.arrivals.forget(otherChannelId);
    await session.call('channels', 'hangup', { channelId }).catch(() => undefined);
  }
}

function explain(error: unknown): never {
  if (!(error instanceof AsteriskError) || error.fault !== 'refused') throw error;
  const why = `the dialplan did not do its part: is the context ${ARI_CONTEXT} loaded?`;
  throw new AsteriskError('refused', why, { cause: error });
}
