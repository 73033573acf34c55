/** Which Asterisk adapter the configuration asks for. The ARI library is loaded only where it is. */
import { readFileSync } from 'node:fs';
import { createAmiAsterisk } from '../asterisk/ami/adapter.ts';
import type { Asterisk } from '../asterisk/port.ts';
import { type Config, ConfigError } from '../config/config.ts';
import type { Logger } from '../log/logger.ts';

export async function createAsterisk(config: Config, logger: Logger): Promise<Asterisk> {
  if (config.asterisk.adapter === 'ari') {
    const { url, user, secret } = config.ari;
    requireSecret(secret, '[ari]');
    const { createAriAsterisk } = await import('../asterisk/ari/adapter.ts');
    return createAriAsterisk({ url, user, password: secret, logger, trunks: config.extensions.trunks });
  }
  const { host, port, user, secret } = config.ami;
  requireSecret(secret, '[ami]');
  return createAmiAsterisk({
    ...{ host, port, user, secret, logger },
    tls: tlsOf(config.ami),
    extensionSource: config.extensions.source as 'auto' | 'astdb' | 'pjsip',
    trunks: config.extensions.trunks,
  });
}

function tlsOf(ami: Config['ami']): { ca?: string } | undefined {
  if (!ami.tls) return undefined;
  const path = ami['tls-ca'];
  if (path === '') return {};
  try {
    return { ca: readFileSync(path, 'utf8') };
  } catch (error) {
    throw new ConfigError(`The file tls-ca of [ami], ${path}, cannot be read.`, 'Name a PEM file.', {
      cause: error,
    });
  }
}

function requireSecret(secret: string, section: string): void {
  if (secret !== '') return;
  throw new ConfigError(`${section} of the configuration has no secret.`, 'Set secret or secret-file there.');
}
