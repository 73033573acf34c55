/**
 * Where a verb's output goes: text for a person or JSON for a program, on standard output; failures on standard error.
 * Colours only on a terminal, and not where NO_COLOR is set.
 */
import { styleText } from 'node:util';
import type { CliError } from './failure.ts';
import { harmless, harmlessJson } from './harmless.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

export interface Output {
  readonly json: boolean;
  /** Columns that a line may take. */
  readonly width: number;
  /** One line of text, already harmless. */
  line(text?: string): void;
  /** One JSON document. */
  document(value: unknown): void;
  /** One JSON document on one line, of a stream. */
  record(value: unknown): void;
  /** The document where JSON was asked for, else what `text` prints. */
  show(value: unknown, text: () => void): void;
  style(style: Style, text: string): string;
}

const DEFAULT_WIDTH = 80;

export function makeOutput(json: boolean): Output {
  const { stdout } = process;
  const write = (text: string) => void stdout.write(text);
  const output: Output = {
    json,
    width: Math.max(DEFAULT_WIDTH, stdout.isTTY ? stdout.columns : 0),
    line: (text = '') => write(`${text}\n`),
    document: (value) => write(`${harmlessJson(value, 2)}\n`),
    record: (value) => write(`${harmlessJson(value)}\n`),
    show(value, text) {
      if (json) output.document(value);
      else text();
    },
    style: (style, text) => styleText(style, text, { stream: stdout }),
  };
  return output;
}

/** What was wrong, then what to do. */
export function printError({ code, message, hint }: CliError, json: boolean): void {
  const text = json
    ? `${harmlessJson({ error: { code, message, hint } })}\n`
    : `device-lock: ${harmless(message)}\n${hint === '' ? '' : `  ${harmless(hint)}\n`}`;
  process.stderr.write(text);
}
