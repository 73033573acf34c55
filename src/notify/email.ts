/** Alerts by mail. */
import type { Channel } from './channel.ts';
import { type MailServer, sendMail } from './mail-server.ts';

export interface EmailOptions extends MailServer {
  readonly to: readonly string[];
}

export function emailChannel(options: EmailOptions): Channel {
  const { host, port, to } = options;
  return {
    name: 'email',
    target: `${to.join(', ')} by ${host}:${port}`,
    async send({ id, severity, subject, text }, signal) {
      const isUrgent = severity === 'critical';
      const headers = { 'X-Device-Lock-Severity': severity };
      const left = await sendMail(options, { id, to, subject, text, isUrgent, headers }, signal);
      return left.length === 0 ? undefined : `not taken for: ${left.join(', ')}`;
    },
  };
}
