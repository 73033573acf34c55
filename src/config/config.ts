/**
 * The configuration file, TOML. Every key has a default; an unknown key or a value out of range is an error that says
 * where it is and what was probably meant. Secrets are kept apart from what may be shown.
 */
import { readFileSync } from 'node:fs';
import leven from 'leven';
import { parse, TomlError } from 'smol-toml';
import { KEYS, type Key } from './keys.ts';

export const DEFAULT_PATH = '/etc/device-lock/device-lock.toml';

const MOST_OF_A_FORM = 100;

type Value<K> = K extends { type: 'number' }
  ? number
  : K extends { type: 'switch' }
    ? boolean
    : K extends { type: 'texts' }
      ? readonly string[]
      : string;
type Values = {
  readonly [S in keyof typeof KEYS]: { readonly [K in keyof (typeof KEYS)[S]]: Value<(typeof KEYS)[S][K]> };
};

export interface Config extends Values {
  /** The file it was read from. */
  readonly path: string;
}

/** One or several faults of the file, each with its place. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly hint: string;
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** Reads the file, and those it names for its secrets. Throws a {@link ConfigError}. */
export function loadConfig(path: string): Config {
  const values = loadValues(path);
  return {
    ...values,
    ami: { ...values.ami, secret: secretOf(values.ami, '[ami]') },
    ari: { ...values.ari, secret: secretOf(values.ari, '[ari]') },
    'alerts.email': { ...values['alerts.email'], password: smtpPasswordOf(values['alerts.email']) },
    'alerts.webhook': { ...values['alerts.webhook'], secret: webhookSecretOf(values['alerts.webhook']) },
    path,
  };
}

/** Reads the file alone, and no secret that lies in another. Throws a {@link ConfigError}. */
export function loadValues(path: string): Values {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    const hint =
      code === 'ENOENT'
        ? 'Name another file with --config or DEVICE_LOCK_CONFIG.'
        : 'Run as root, with sudo, or as the user of the service.';
    throw new ConfigError(`The configuration ${path} cannot be read (${code}).`, hint, { cause: error });
  }
  return readConfig(text, path);
}

/** Reads the text of a configuration; `path` is only for the messages. */
export function readConfig(text: string, path: string): Values {
  const document = flat(parseToml(text, path));
  const faults: string[] = [];
  const sections: Record<string, Record<string, unknown>> = {};
  for (const name of Object.keys(document)) {
    if (!Object.hasOwn(KEYS, name))
      faults.push(`there is no section [${name}]${nearest(name, Object.keys(KEYS))}`);
  }
  for (const [name, keys] of Object.entries(KEYS)) {
    sections[name] = readSection(name, keys, document[name] ?? {}, faults);
  }
  const { host, security } = (sections['alerts.email'] ?? {}) as Partial<Values['alerts.email']>;
  if (security === 'none' && !isThisMachine(host ?? '')) {
    faults.push('security = "none" in [alerts.email] with a host that is not this machine');
  }
  if (faults.length === 0) faults.push(...faultsOfConsole(sections as unknown as Values));
  if (faults.length > 0) {
    const hint = 'Every key is described in the file device-lock.example.toml.';
    throw new ConfigError(`The configuration ${path} has ${faults.join('; ')}.`, hint);
  }
  return sections as unknown as Values;
}

/** What its keys are together: nobody opens it to others, or without TLS, by a mistyped address. */
function faultsOfConsole({ console: { listen, remote, ...tls } }: Values): string[] {
  const [cert, key] = [tls['tls-cert'], tls['tls-key']];
  if ((cert === '') !== (key === '')) return ['one of tls-cert and tls-key in [console], which go together'];
  const isLoopback = listen === '' || /^127\.|^\[::1\]/.test(listen);
  if (isLoopback || (remote && cert !== '')) return [];
  return [
    `listen in [console] at ${listen}, which other hosts reach: that wants remote = true, tls-cert and tls-key`,
  ];
}

function parseToml(text: string, path: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const why = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '');
    // The parser's own message quotes the line, which may hold a secret.
    throw new ConfigError(
      `The configuration ${path} is not TOML at line ${error.line}: ${why}.`,
      'Mend that line.',
    );
  }
}

/** A section below another, `[alerts.email]`, stands beside it under its whole name. */
function flat(document: Record<string, unknown>): Record<string, unknown> {
  const all = { ...document };
  for (const name of Object.keys(KEYS)) {
    const [above = '', below] = name.split('.');
    const found = all[above];
    if (below === undefined || typeof found !== 'object' || found === null || !(below in found)) continue;
    const { [below]: section, ...rest } = found as Record<string, unknown>;
    all[above] = rest;
    all[name] = section;
  }
  return all;
}

/** This machine, without asking anybody what a name means. */
export function isThisMachine(host: string): boolean {
  return /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|localhost)$/.test(host);
}

function readSection(
  section: string,
  keys: Readonly<Record<string, Key>>,
  found: unknown,
  faults: string[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  if (typeof found !== 'object' || found === null || Array.isArray(found)) {
    faults.push(`${section} as a value, but it is a section: [${section}]`);
    return values;
  }
  for (const name of Object.keys(found)) {
    if (!Object.hasOwn(keys, name))
      faults.push(`an unknown key ${name} in [${section}]${nearest(name, Object.keys(keys))}`);
  }
  for (const [name, key] of Object.entries(keys)) {
    const value: unknown = (found as Record<string, unknown>)[name];
    const fault = value === undefined ? undefined : faultOf(key, value);
    if (fault !== undefined) faults.push(`${name} in [${section}], which must be ${fault}`);
    values[name] = value ?? key.default;
  }
  return values;
}

/** What the value should have been; undefined where it is right. Never says the value: it may be a secret. */
function faultOf(key: Key, value: unknown): string | undefined {
  switch (key.type) {
    case 'text':
      if (typeof value !== 'string') return 'text in quotes';
      if (/[\r\n\0]/.test(value)) return 'one line';
      if (key.choices !== undefined && !key.choices.includes(value))
        return `one of ${key.choices.join(', ')}`;
      return key.form === undefined || key.form.is(value) ? undefined : key.form.words;
    case 'texts':
      return faultOfTexts(key, value);
    case 'number':
      return typeof value === 'number' && Number.isInteger(value) && value >= key.min && value <= key.max
        ? undefined
        : `a whole number from ${key.min} to ${key.max}`;
    case 'switch':
      return typeof value === 'boolean' ? undefined : 'true or false';
  }
}

function faultOfTexts({ form }: Key & { type: 'texts' }, value: unknown): string | undefined {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return 'a list of texts';
  if (form === undefined) return undefined;
  if (value.length > MOST_OF_A_FORM) return `a list of ${MOST_OF_A_FORM} at the most`;
  return value.every(form.is) ? undefined : `a list, each of it ${form.words}`;
}

function nearest(name: string, names: readonly string[]): string {
  const [best] = names
    .map((one) => ({ one, distance: leven(name, one) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= 3 ? ` (did you mean ${best.one}?)` : '';
}

function secretOf(section: { secret: string; 'secret-file': string }, name: string): string {
  return secretIn(section['secret-file'], `secret-file of ${name}`) ?? section.secret;
}

function smtpPasswordOf(section: Values['alerts.email']): string {
  const { DEVICE_LOCK_SMTP_PASSWORD: fromEnvironment } = process.env;
  const file = section['password-file'];
  return secretIn(file, 'password-file of [alerts.email]') ?? fromEnvironment ?? section.password;
}

function webhookSecretOf(section: Values['alerts.webhook']): string {
  const { DEVICE_LOCK_WEBHOOK_SECRET: fromEnvironment } = process.env;
  const file = section['secret-file'];
  return secretIn(file, 'secret-file of [alerts.webhook]') ?? fromEnvironment ?? section.secret;
}

/** What the file holds; undefined where none is named. */
function secretIn(path: string, what: string): string | undefined {
  if (path === '') return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const message = `The ${what}, ${path}, cannot be read.`;
    throw new ConfigError(message, 'Give it to the user of the service, mode 0640.', { cause: error });
  }
}
