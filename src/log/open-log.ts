/** The log: JSON lines by pino, written without ever blocking the thread that answers calls. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { destination, type Logger as Pino, pino, stdTimeFunctions } from 'pino';

export interface Log {
  readonly logger: Pino;
  /** After logrotate moved the file away (SIGHUP). */
  reopen(): void;
  /** Writes what is pending; bounded to a second. Nothing may be logged after that. */
  close(): Promise<void>;
}

/** Lines wait in memory while the disk does not take them; beyond this many bytes they are dropped. */
const MAX_PENDING_BYTES = 4 << 20;

/**
 * What JSON leaves of text that came from outside and a terminal or an editor would act on: C1 controls, bidi and
 * zero-width characters, line separators. They only ever stand inside strings, where an escape says the same.
 */
const HARMFUL = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** @param options.path a file, or `-` for standard output */
export function openLog(options: { readonly path: string; readonly level: string }): Log {
  const toStdout = options.path === '-';
  if (!toStdout) mkdirSync(dirname(options.path), { recursive: true });
  const stream = destination({
    dest: toStdout ? 1 : options.path,
    sync: false,
    maxLength: MAX_PENDING_BYTES,
    mode: 0o640,
  });
  // A log that cannot be written must not end the service; the doctor sees it.
  stream.on('error', () => undefined);
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: harmlessLine },
      redact: { paths: ['secret', '*.secret', 'password', '*.password'], censor: '(secret)' },
    },
    stream,
  );
  return {
    logger,
    reopen: () => {
      if (!toStdout) stream.reopen();
    },
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, 1000);
        stream.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        stream.end();
      }),
  };
}

function harmlessLine(line: string): string {
  const end = line.endsWith('\n') ? '\n' : '';
  return line.slice(0, line.length - end.length).replace(HARMFUL, escaped) + end;
}

function escaped(character: string): string {
  let text = '';
  for (let i = 0; i < character.length; i++)
    text += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return text;
}
