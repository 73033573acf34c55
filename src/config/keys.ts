/** Every key of the configuration file: its type, its range, its default, and a line on what it is for. */
import { isIPv4, isIPv6 } from 'node:net';
import { isMailAddress } from '../domain/mail-address.ts';
import { parseHours } from './hours.ts';

export type Key =
  | {
      readonly type: 'text';
      readonly default: string;
      readonly choices?: readonly string[];
      readonly form?: Form;
      readonly about: string;
    }
  | {
      readonly type: 'texts';
      readonly default: readonly string[];
      readonly form?: Form;
      readonly about: string;
    }
  | {
      readonly type: 'number';
      readonly default: number;
      readonly min: number;
      readonly max: number;
      readonly about: string;
    }
  | { readonly type: 'switch'; readonly default: boolean; readonly about: string };

/** What a text must look like, and the words for it. */
export interface Form {
  readonly is: (text: string) => boolean;
  readonly words: string;
}

/**
 * Both go into the dialplan: the FreePBX module has the same rules. No names: Asterisk would look one up for every call, and
 * nothing bounds how long that takes.
 */
const GATE_ADDRESS: Form = {
  is: isAddressAndPort,
  words: 'an IP address and a port, as "192.0.2.5:4580"',
};
const LISTEN: Form = { ...GATE_ADDRESS, words: 'an IP address and a port, as "127.0.0.1:4581"' };
const HOST_NAME: Form = {
  is: (text) => /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text),
  words: 'a host name, as "pbx.example.com"',
};
const EMERGENCY_NUMBER: Form = {
  is: (text) => /^(?:[0-9*#+]{1,32}|_(?:[0-9*#+XZN]|\[[0-9*#-]{1,16}\]){1,32})$/.test(text),
  words: 'a number as it is dialled, or a pattern of a fixed length, as "_9X11"',
};

const HOURS: Form = {
  is: (text) => text === '' || parseHours(text) !== undefined,
  words: 'two times of the day, as "22:00-07:00", or empty',
};
const MAIL_ADDRESS: Form = {
  is: isMailAddress,
  words: 'a mail address, as "noc@example.com"',
};
const NO_MAIL_ADDRESS: Form = {
  is: (text) => text === '' || MAIL_ADDRESS.is(text),
  words: `${MAIL_ADDRESS.words}, or empty`,
};
const WEB_ADDRESS: Form = {
  is: (text) => text === '' || (text.length <= 2000 && /^https?:$/.test(URL.parse(text)?.protocol ?? '')),
  words: 'an address that begins with https:// or http://, or empty',
};
const ABSOLUTE_PATH: Form = {
  is: (text) => text === '' || text.startsWith('/'),
  words: 'an absolute path, or empty',
};
const NUMBER_BEGINNING: Form = {
  is: (text) => /^[0-9*#+]{1,32}$/.test(text),
  words: 'the beginning of a number as it is dialled, as "00"',
};
/** The FreePBX module has the same rule. */
const FEATURE_CODE: Form = {
  is: (text) => /^(?:[*#][0-9*#]{1,7})?$/.test(text),
  words: 'a feature code as "*55", or empty',
};

export const KEYS = {
  asterisk: {
    adapter: text('ami', 'How Asterisk is reached; ari only where there is no AMI.', ['ami', 'ari']),
  },
  ami: {
    host: text('127.0.0.1', 'Where manager.conf listens.'),
    port: number(5038, 1, 65_535, 'Its port.'),
    user: text(
      'device-lock',
      'A user of manager.conf: read = system,call,security; write = system,reporting,call.',
    ),
    secret: text('', 'Its secret; or secret-file.'),
    'secret-file': text('', 'A file that holds nothing but the secret.'),
    tls: toggle(false, 'TLS, for an Asterisk on another host.'),
    'tls-ca': text('', "A PEM file with the authority of Asterisk's certificate; empty is the system's."),
  },
  ari: {
    url: text('http://127.0.0.1:8088', 'Where http.conf listens.'),
    user: text('device-lock', 'A user of ari.conf that may write.'),
    secret: text('', 'Its password; or secret-file.'),
    'secret-file': text('', 'A file that holds nothing but the password.'),
  },
  extensions: {
    source: text(
      'auto',
      'auto: AstDB DEVICE/* (FreePBX) where it is, else PJSIP endpoints that authenticate.',
      ['auto', 'astdb', 'pjsip'],
    ),
    trunks: texts('Endpoints that are trunks although they authenticate.'),
  },
  gate: {
    host: text('127.0.0.1', 'Where the FastAGI server listens.'),
    port: number(4580, 0, 65_535, 'Its port; 0 takes any free one.'),
    allow: texts('The addresses and networks that may ask it: those of the PBX.', ['127.0.0.0/8', '::1']),
    'when-unavailable': text(
      'allow',
      'What the dialplan does with a locked extension when no answer comes and neither a pass token nor a violation decides.',
      ['allow', 'deny'],
    ),
    refusal: text('prompt', 'What a refused caller gets: the "no service" prompt, or a plain refusal.', [
      'prompt',
      'plain',
    ]),
    address: {
      ...text(
        '',
        'Where FreePBX finds it, "192.0.2.5:4580", when that is another host; empty is host and port.',
      ),
      form: GATE_ADDRESS,
    },
    'emergency-numbers': {
      ...texts(
        'Always pass, as they are dialled; FreePBX takes them at Apply Config, a plain Asterisk has device-lock.conf.',
      ),
      default: ['911', '112', '933'],
      form: EMERGENCY_NUMBER,
    },
  },
  enrolment: {
    'feature-code': {
      ...text(
        '*55',
        'What a person dials before a one-time code; FreePBX takes it at Apply Config ("" is none), a plain Asterisk has device-lock.conf.',
      ),
      form: FEATURE_CODE,
    },
    'max-tries': number(
      3,
      1,
      10,
      'Wrong codes for one extension from one address until it is locked out; ten times as many in an hour from all.',
    ),
    'lock-out': number(300, 10, 3600, 'For how many seconds.'),
  },
  api: {
    socket: text('/run/device-lock/api.sock', 'The Unix socket that the CLI speaks to; mode 0660.'),
    group: text('', 'The group that may use it; empty leaves the group of the service.'),
  },
  console: {
    listen: {
      ...text(
        '127.0.0.1:4581',
        'Where the page and the API listen, once there is a user (device-lock users add); empty is off.',
      ),
      form: LISTEN,
    },
    remote: toggle(
      false,
      'listen may be an address that other hosts reach; that needs tls-cert and tls-key.',
    ),
    names: { ...texts('Host names it is asked for by, besides its address and localhost.'), form: HOST_NAME },
    'tls-cert': text('', 'A PEM file with its certificate and those between it and the authority.'),
    'tls-key': text('', "A PEM file with the certificate's key."),
  },
  store: {
    path: text('/var/lib/device-lock/device-lock.db', 'The database.'),
  },
  log: {
    path: text('/var/log/asterisk/device-lock.log', 'JSON lines; "-" is standard output.'),
    level: text('info', 'The least that is written.', ['debug', 'info', 'warn', 'error']),
  },
  tracking: {
    'sweep-every': number(300, 5, 86_400, 'Seconds between two whole lists of the registrations.'),
  },
  violations: {
    'quiet-after': number(3600, 1, 2_592_000, 'Seconds until a violation without a registration ends.'),
  },
  alerts: {
    'quiet-hours': {
      ...text('', 'In these, by the clock of this machine, only critical alerts go out; as "22:00-07:00".'),
      form: HOURS,
    },
    'emergency-calls': toggle(true, 'Each emergency call is a critical alert.'),
    'costly-numbers': {
      ...texts('Who dials a number that begins so is told of anew: international and premium ones.'),
      default: ['+', '00', '011', '900', '1900'],
      form: NUMBER_BEGINNING,
    },
    'again-after': number(
      3600,
      60,
      2_592_000,
      'Seconds without a sign of it after which the same device at the same extension is a new incident.',
    ),
    'asterisk-away-after': number(60, 5, 86_400, 'Seconds without Asterisk until that is an alert.'),
    'doctor-every': number(60, 0, 10_080, 'Minutes between two looks of the doctor; 0 is never.'),
    'queue-limit': number(1000, 10, 20_000, 'The most alerts that wait for one channel.'),
    console: {
      ...text('', 'Where a person finds the console or FreePBX; it stands in every alert.'),
      form: WEB_ADDRESS,
    },
  },
  'alerts.email': {
    to: { ...texts('Who gets alerts by mail; none is off.'), form: MAIL_ADDRESS },
    from: {
      ...text(
        '',
        'Whom they are from; empty is device-lock at this machine. Given without to, nothing but one-time codes is mailed.',
      ),
      form: NO_MAIL_ADDRESS,
    },
    host: text('127.0.0.1', 'The mail server.'),
    port: number(25, 1, 65_535, 'Its port: 25, 587 (starttls), 465 (tls).'),
    security: text(
      'auto',
      'How the connection is kept private; auto: not at all on this machine, starttls to any other.',
      ['auto', 'starttls', 'tls', 'none'],
    ),
    'tls-ca': text('', "A PEM file with the authority of its certificate; empty is the system's."),
    user: text('', 'Whom to log in as; empty is nobody.'),
    password: text('', 'Its password; or password-file, or the environment: DEVICE_LOCK_SMTP_PASSWORD.'),
    'password-file': text('', 'A file that holds nothing but the password.'),
    ...waits(),
  },
  'alerts.webhook': {
    url: {
      ...text('', 'Where alerts are posted as JSON; empty is off. It may hold a secret, and is not shown.'),
      form: WEB_ADDRESS,
    },
    secret: text('', 'Signs them; or secret-file, or the environment: DEVICE_LOCK_WEBHOOK_SECRET.'),
    'secret-file': text('', 'A file that holds nothing but the secret.'),
    'tls-ca': text('', "A PEM file with the authority of its certificate; empty is the system's."),
    timeout: number(10, 1, 20, 'Seconds that it may take to answer.'),
    ...waits(),
  },
  'alerts.command': {
    path: {
      ...text('', 'A program that gets alerts as JSON on its standard input; empty is off.'),
      form: ABSOLUTE_PATH,
    },
    arguments: texts('Its arguments, always the same.'),
    timeout: number(10, 1, 20, 'Seconds that it may take; it is killed then.'),
    ...waits(),
  },
} as const satisfies Record<string, Record<string, Key>>;

/** What each channel decides for itself. */
function waits() {
  return {
    severity: text('warning', 'The least that goes out by it.', ['info', 'warning', 'critical']),
    'digest-every': number(
      0,
      0,
      1440,
      'Minutes for which all but critical alerts are gathered into one message.',
    ),
  } as const;
}

function isAddressAndPort(text: string): boolean {
  const [, four, six, port] = /^(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\]):([0-9]{1,5})$/.exec(text) ?? [];
  const isAddress = isIPv4(four ?? '') || isIPv6(six ?? '');
  return text === '' || (isAddress && Number(port) >= 1 && Number(port) <= 65_535);
}

function text(fallback: string, about: string, choices?: readonly string[]) {
  const key = { type: 'text', default: fallback, about } as const;
  return choices === undefined ? key : { ...key, choices };
}

function texts(about: string, fallback: readonly string[] = []) {
  return { type: 'texts', default: fallback, about } as const;
}

function number(fallback: number, min: number, max: number, about: string) {
  return { type: 'number', default: fallback, min, max, about } as const;
}

function toggle(fallback: boolean, about: string) {
  return { type: 'switch', default: fallback, about } as const;
}
