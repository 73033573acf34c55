/** Which channels the configuration asks for, each with what it decides for itself. */
import { readFileSync } from 'node:fs';
import { type Config, ConfigError, isThisMachine } from '../config/config.ts';
import type { Severity } from '../domain/alert.ts';
import type { Channel } from './channel.ts';
import { commandChannel } from './command.ts';
import { emailChannel } from './email.ts';
import type { MailServer } from './mail-server.ts';
import { webhookChannel } from './webhook.ts';

export interface ConfiguredChannel {
  readonly channel: Channel;
  readonly least: Severity;
  /** Milliseconds for which all but critical alerts are gathered; 0 is not at all. */
  readonly digest: number;
}

/** @throws ConfigError where a file that it names cannot be read */
export function channelsOf(config: Config, host: string, now: () => number): ConfiguredChannel[] {
  const { 'alerts.email': email, 'alerts.webhook': webhook, 'alerts.command': command } = config;
  const channels: ConfiguredChannel[] = [];
  const server = mailServerOf(config, host);
  if (server !== undefined && email.to.length > 0) {
    channels.push({ channel: emailChannel({ ...server, to: email.to }), ...waitsOf(email) });
  }
  if (webhook.url !== '') {
    const { url, secret, timeout } = webhook;
    const ca = authorityOf(webhook['tls-ca'], '[alerts.webhook]');
    channels.push({
      channel: webhookChannel({ url, secret, ca, timeout: timeout * 1000, now }),
      ...waitsOf(webhook),
    });
  }
  if (command.path !== '') {
    const { path, timeout } = command;
    channels.push({
      channel: commandChannel({ path, arguments: command.arguments, timeout: timeout * 1000 }),
      ...waitsOf(command),
    });
  }
  return channels;
}

/**
 * undefined where no mail is configured: neither whom alerts go to nor whom mails are from.
 * @throws ConfigError where the file that it names cannot be read
 */
export function mailServerOf({ 'alerts.email': email }: Config, machine: string): MailServer | undefined {
  if (email.to.length === 0 && email.from === '') return undefined;
  const { host, port, user, password } = email;
  return {
    ...{ host, port, user, password, security: securityOf(email) },
    from: email.from === '' ? `device-lock@${machine}` : email.from,
    ca: authorityOf(email['tls-ca'], '[alerts.email]'),
  };
}

function waitsOf(section: { readonly severity: string; readonly 'digest-every': number }) {
  return { least: section.severity as Severity, digest: section['digest-every'] * 60_000 };
}

function securityOf({ security, host }: Config['alerts.email']): 'starttls' | 'tls' | 'none' {
  if (security !== 'auto') return security as 'starttls' | 'tls' | 'none';
  return isThisMachine(host) ? 'none' : 'starttls';
}

function authorityOf(path: string, section: string): string | undefined {
  if (path === '') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`The file tls-ca of ${section}, ${path}, cannot be read.`, 'Name a PEM file.', {
      cause,
    });
  }
}
