/**
 * Mails a one-time code to the person who is to dial it. At once or not at all: a code is never among the alerts, which
 * wait on disk, and nothing here tries again.
 */
import { randomUUID } from 'node:crypto';
import { type MailServer, sendMail } from './mail-server.ts';
import { plain } from './message.ts';

export interface CodeLetter {
  /** Who gets it: a checked address. */
  readonly to: string;
  readonly extension: string;
  /** The extension's name, as the PBX has it. */
  readonly label: string | undefined;
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

export interface CodePost {
  /** What a person dials before the code; empty where there is none. */
  readonly featureCode: string;
  /**
   * @param signal ends the attempt
   * @throws DeliveryError, whose words do not hold the code
   */
  send(letter: CodeLetter, signal: AbortSignal): Promise<void>;
}

export function codePost(server: MailServer, featureCode: string): CodePost {
  return {
    featureCode,
    async send(letter, signal) {
      const { to, extension, code } = letter;
      const subject = `A one-time code for the phone of extension ${plain(extension, 80)}`;
      const text = textOf(letter, featureCode);
      await sendMail(server, { id: randomUUID(), to: [to], subject, text }, signal, [code]);
    },
  };
}

function textOf({ extension, label, code, expires }: CodeLetter, featureCode: string): string {
  const name = label === undefined ? '' : ` (${plain(label, 80)})`;
  return `This is a one-time code for extension ${plain(extension, 80)}${name}.
With it your new phone takes the place of the one before.

From the new phone dial

    ${featureCode}

and, when you are asked for it, the code

    ${code}

You hear a confirmation. From then on it is the phone of this extension.

The code works once, until
${timeOf(expires)}.

Keep it to yourself and do not pass this mail on: whoever has the code may
be able to put another phone in the place of yours. Nobody who looks after
your telephones will ask you for it. If you expected no such mail, tell
them, and do not dial it.
`;
}

/** As this machine's clock and zone have it, the day by its name. */
function timeOf(at: number): string {
  const day = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
  const time = { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const;
  return new Date(at).toLocaleString('en-GB', { ...day, ...time });
}
