/** Every key of the configuration file: its type, its range, its default, and a line on what it is for. */
import { isIPv4, isIPv6 } from 'node:net';

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
  is(text) {
    const [, four, six, port] = /^(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\]):([0-9]{1,5})$/.exec(text) ?? [];
    const isAddress = isIPv4(four ?? '') || isIPv6(six ?? '');
    return text === '' || (isAddress && Number(port) >= 1 && Number(port) <= 65_535);
  },
  words: 'an IP address and a port, as "192.0.2.5:4580"',
};
const EMERGENCY_NUMBER: Form = {
  is: (text) => /^(?:[0-9*#+]{1,32}|_(?:[0-9*#+XZN]|\[[0-9*#-]{1,16}\]){1,32})$/.test(text),
  words: 'a number as it is dialled, or a pattern of a fixed length, as "_9X11"',
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
} as const satisfies Record<string, Record<string, Key>>;

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
