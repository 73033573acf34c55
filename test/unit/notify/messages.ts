/** Alerts and messages as the service makes them, each to be changed where a test cares. */
import type { Alert } from '../../../src/domain/alert.ts';
import { composeMessage, type Message, type MessageContext } from '../../../src/notify/message.ts';

export const NOW = Date.UTC(2026, 10, 20, 14, 30);

let made = 0;

export function alert(change: Partial<Alert> = {}): Alert {
  return {
    id: `alert-${++made}`,
    ...{ kind: 'violation', severity: 'warning', at: NOW },
    title: 'Extension 1001 (Reception): another device has registered',
    data: { extension: '1001', userAgent: 'friendly-scanner', address: '203.0.113.5:5060' },
    actions: ['See it:  device-lock show 1001'],
    ...change,
  };
}

export function message(
  alerts: readonly Alert[] = [alert()],
  context: Partial<MessageContext> = {},
): Message {
  return composeMessage(alerts, { id: 'm1', now: NOW, host: 'pbx1', console: '', dropped: 0, ...context });
}

export const never = new AbortController().signal;
