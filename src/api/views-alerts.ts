/** Alerts in the API's shapes. Pure; the texts stay as they were seen. */
import type { Delivery } from '../domain/alert.ts';
import type { OpenTrouble } from '../notify/conditions.ts';
import type { ChannelState } from '../notify/courier.ts';
import type { ChannelView, DeliveryView, TroubleView } from './shapes.ts';
import { iso, isoOrNull } from './views.ts';

export function viewChannel(state: ChannelState): ChannelView {
  const { channel, target, severity, queued, sent, givenUp, dropped, error } = state;
  return {
    ...{ channel, target, severity, queued, sent, givenUp, dropped },
    lastSent: isoOrNull(state.lastSent),
    failingSince: isoOrNull(state.failingSince),
    error: error ?? null,
    nextTry: isoOrNull(state.nextTry),
  };
}

export function viewTrouble({ key, severity, title, detail, actions, since }: OpenTrouble): TroubleView {
  return { trouble: key, severity, title, detail, actions, since: iso(since) };
}

export function viewDelivery({ alert, channel, state, attempts, error, settledAt }: Delivery): DeliveryView {
  const { id, kind, severity, at, title, data } = alert;
  return {
    ...{ id, kind, severity, title, data, channel, state, attempts },
    at: iso(at),
    settledAt: isoOrNull(settledAt),
    error: error ?? null,
  };
}
