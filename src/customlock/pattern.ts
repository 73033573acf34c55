/**
 * What the module customlock compared User-Agents with, as an alternative of a lock: a PCRE between delimiters, wildcards,
 * or plain text. Pure. What has no certain meaning here is refused with the reason.
 */
import type { Alternative } from '../domain/lock.ts';
import { compilePattern } from '../pattern/pattern.ts';

export type Converted =
  | { readonly kind: 'taken'; readonly alternative: Custom; readonly note: string }
  | { readonly kind: 'left'; readonly why: string };

export type Custom = Extract<Alternative, { kind: 'custom' }>;

const DELIMITED = /^([/#~!@])(.*)\1([a-zA-Z]*)$/s;
/** Anything of these makes a text a regular expression; a full stop and a hyphen are in every firmware. */
const EXPRESSION = /[\\^$[\](){}+?|]/;

export function convert(text: string): Converted {
  if (text.trim() === '') return { kind: 'left', why: 'it is empty' };
  const [, , body, flags] = DELIMITED.exec(text) ?? [];
  if (body !== undefined && flags !== undefined) return ofPcre(body, flags);
  if (EXPRESSION.test(text) || text.includes('.*')) return pattern(text, 'taken as a regular expression');
  if (/[%*]/.test(text)) return ofWildcards(text);
  return {
    kind: 'taken',
    alternative: { kind: 'custom', match: 'prefix', value: text },
    note: 'taken as the beginning of the User-Agent',
  };
}

function ofPcre(body: string, flags: string): Converted {
  const unknown = flags.replace(/[isuD]/g, '');
  if (unknown !== '') return { kind: 'left', why: `its modifier "${unknown}" has no counterpart` };
  const kept = flags.replace(/[uD]/g, '');
  return pattern(kept === '' ? body : `(?${kept})${body}`, 'taken as a regular expression');
}

function ofWildcards(text: string): Converted {
  const parts = text.split(/[%*]+/);
  const [first = '', ...rest] = parts;
  if (rest.length === 1 && rest[0] === '') {
    if (first === '') return { kind: 'left', why: 'it accepts every device' };
    return {
      kind: 'taken',
      alternative: { kind: 'custom', match: 'prefix', value: first },
      note: 'taken as the beginning of the User-Agent',
    };
  }
  return pattern(`^${parts.map(quote).join('.*')}$`, 'its wildcards were written out');
}

function pattern(value: string, note: string): Converted {
  const test = compilePattern(value);
  if (typeof test === 'function') {
    return { kind: 'taken', alternative: { kind: 'custom', match: 'pattern', value }, note };
  }
  return { kind: 'left', why: test.fault };
}

function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
