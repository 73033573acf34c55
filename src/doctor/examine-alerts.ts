/** Whether those who are to be told of something are reached. */
import type { ChannelState } from '../notify/courier.ts';
import type { Facts } from './facts.ts';
import { broken, type Finding, ok, warning } from './finding.ts';

/** Alerts that wait for so long, in milliseconds, are stuck. */
const LONG = 15 * 60_000;

export function examineAlerts({ alerts, now }: Facts): Finding[] {
  if (alerts.length === 0) {
    return [ok('alerts', 'No channel for alerts is configured: nobody is told of anything by itself.')];
  }
  return alerts.map((state) => examineChannel(state, now));
}

function examineChannel(state: ChannelState, now: number): Finding {
  const { channel, target, failingSince, error, dropped, lastSent } = state;
  const check = `alerts-${channel}`;
  const test = `Mend it, then: device-lock alerts test --channel ${channel}`;
  if (failingSince !== undefined) {
    const words = `Alerts do not get through to ${target}: ${error ?? 'no reason is known'}.`;
    return now - failingSince >= LONG ? broken(check, words, test) : warning(check, words, test);
  }
  if (dropped > 0) {
    return warning(
      check,
      `${dropped} alerts to ${target} were dropped: too many waited.`,
      'See: device-lock violations. The count begins anew at the next start.',
    );
  }
  if (lastSent !== undefined)
    return ok(check, `${target} took an alert at ${new Date(lastSent).toISOString()}.`);
  return warning(
    check,
    `Nothing was sent to ${target} yet.`,
    `See that it arrives: device-lock alerts test --channel ${channel}`,
  );
}
