/** What a person is told without having asked: one alert for one incident, and what became of it on each way out. */

/** `critical` goes out at any hour. */
export type Severity = 'info' | 'warning' | 'critical';
export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'critical'];

export type AlertKind =
  /** A device that the lock does not accept has registered. */
  | 'violation'
  /** It called, and was refused (or, in `monitor`, would have been). */
  | 'call'
  /** It tried an international or premium number. */
  | 'costly-call'
  | 'emergency-call'
  /** A part of the service or of what it stands on fails, and is well again. */
  | 'trouble'
  | 'recovered'
  /** Anything else that is announced and worth telling. */
  | 'notice'
  | 'test';

export interface Alert {
  /** Unique for ever: whoever is told twice can see that it was once. */
  readonly id: string;
  readonly kind: AlertKind;
  readonly severity: Severity;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** One line of harmless text, at most {@link MAX_TITLE} characters. */
  readonly title: string;
  /** What a program may want: names are stable, texts as they were seen, at most {@link MAX_DATA} characters each. */
  readonly data: AlertData;
  /** What to do, one harmless line each. */
  readonly actions: readonly string[];
}

export type AlertData = Readonly<Record<string, string | number | null>>;

export const MAX_TITLE = 160;
export const MAX_DATA = 600;

export type ChannelName = 'email' | 'webhook' | 'command';
export const CHANNELS: readonly ChannelName[] = ['email', 'webhook', 'command'];

/** One alert on its way out by one channel. */
export interface Delivery {
  readonly alert: Alert;
  readonly channel: ChannelName;
  /** `failed`: given up. */
  readonly state: 'queued' | 'sent' | 'failed';
  readonly attempts: number;
  /** Why the last attempt failed: words of ours, never a secret. */
  readonly error: string | undefined;
  /** When it was sent or given up, in milliseconds since the epoch; undefined while it waits. */
  readonly settledAt: number | undefined;
}

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
