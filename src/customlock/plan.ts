/**
 * What the module customlock had decided, as a document that the service takes in, and a list of what was not understood.
 * Pure. It guesses at names of columns, never at meanings: what is not certain is left, and says why. A phone of customlock
 * is a pattern without samples, which is no phone model here: a lock to it becomes a lock to its pattern.
 */
import type { ExportDocument, PolicyView } from '../api/shapes.ts';
import type { Alternative } from '../domain/lock.ts';
import { COLUMNS, pick, type Row } from './columns.ts';
import { type Converted, type Custom, convert } from './pattern.ts';

export interface Tables {
  readonly phones: readonly Row[];
  readonly extensions: readonly Row[];
  readonly config: readonly Row[];
}

export interface Told {
  /** `phone 3`, `extension 1001`, `setting fallback`. */
  readonly what: string;
  /** How it was taken, or why it was not. */
  readonly how: string;
}

export interface Plan {
  readonly document: ExportDocument;
  readonly taken: readonly Told[];
  readonly left: readonly Told[];
}

const NAME = /^[A-Za-z0-9_.-]{1,80}$/;
const OFF = new Set(['0', 'no', 'off', 'false', 'disabled', 'none', '']);

export function planOf(tables: Tables): Plan {
  return new Planner(tables).plan();
}

class Planner {
  readonly #tables: Tables;
  readonly #taken: Told[] = [];
  readonly #left: Told[] = [];
  /** Of every phone, taken or not. */
  readonly #ids = new Set<string>();
  readonly #phones = new Map<string, Custom>();
  /** The ids that bear a name: a name of two phones says nothing. */
  readonly #idsOf = new Map<string, Set<string>>();
  readonly #rowsOf = new Map<string, number>();
  readonly #policies: Record<string, Partial<PolicyView>> = {};

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  plan(): Plan {
    for (const row of this.#tables.phones) this.#takePhone(row);
    for (const row of this.#tables.extensions) this.#countExtension(row);
    for (const row of this.#tables.extensions) this.#takeExtension(row);
    const settings = this.#settings();
    const document: ExportDocument = {
      ...{ format: 'device-lock', version: 1, policies: this.#policies },
      ...(Object.keys(settings).length === 0 ? {} : { settings }),
    };
    return { document, taken: this.#taken, left: this.#left };
  }

  #takePhone(row: Row): undefined {
    const { id: ids, name: names, pattern } = COLUMNS.phone;
    const id = pick(row, ids);
    const what = `phone ${id ?? pick(row, names) ?? '(without a name)'}`;
    const text = pick(row, pattern);
    if (id === undefined) return this.#leave(what, 'no column holds its id');
    this.#ids.add(id);
    const name = pick(row, names);
    if (name !== undefined) this.#idsOf.set(name, (this.#idsOf.get(name) ?? new Set()).add(id));
    if (text === undefined) return this.#leave(what, 'no column holds a pattern');
    const converted = convert(text);
    if (converted.kind === 'left') return this.#leave(what, `${quoted(text)}: ${converted.why}`);
    this.#phones.set(id, converted.alternative);
    return this.#take(what, `${quoted(text)}, ${converted.note}`);
  }

  #countExtension(row: Row): void {
    const extension = pick(row, COLUMNS.extension.extension) ?? '';
    this.#rowsOf.set(extension, (this.#rowsOf.get(extension) ?? 0) + 1);
  }

  #takeExtension(row: Row): undefined {
    const columns = COLUMNS.extension;
    const extension = pick(row, columns.extension);
    if (extension === undefined || !NAME.test(extension)) {
      return this.#leave(`extension ${quoted(extension ?? '')}`, 'no column holds its number');
    }
    const what = `extension ${extension}`;
    if (this.#rowsOf.get(extension) !== 1) return this.#leave(what, 'it has several rows there');
    const enabled = pick(row, columns.enabled);
    if (enabled !== undefined && OFF.has(enabled.toLowerCase())) {
      return this.#leave(what, 'its lock was switched off there');
    }
    const found = this.#alternativeOf(row);
    if (found.kind === 'left') return this.#leave(what, found.why);
    const policy = { alternatives: [found.alternative] };
    this.#policies[extension] = policy;
    this.#take(what, found.note);
  }

  #alternativeOf(
    row: Row,
  ): { kind: 'taken'; alternative: Alternative; note: string } | Extract<Converted, { kind: 'left' }> {
    const columns = COLUMNS.extension;
    const mode = pick(row, columns.mode)?.toLowerCase();
    if (mode === undefined || OFF.has(mode)) return { kind: 'left', why: 'it had no lock there' };
    if (mode === 'device') {
      const userAgent = pick(row, columns.userAgent);
      if (userAgent === undefined)
        return { kind: 'left', why: 'no column holds the User-Agent it was locked to' };
      return {
        kind: 'taken',
        alternative: { kind: 'device', userAgent },
        note: `device ${quoted(userAgent)}`,
      };
    }
    if (mode === 'model' || mode === 'phone') {
      const phone = pick(row, columns.phone) ?? '';
      const ids = new Set([...(this.#ids.has(phone) ? [phone] : []), ...(this.#idsOf.get(phone) ?? [])]);
      if (ids.size > 1) return { kind: 'left', why: `${quoted(phone)} may be any of ${ids.size} phones` };
      const [id = ''] = ids;
      const alternative = this.#phones.get(id);
      if (alternative === undefined) return { kind: 'left', why: `its phone ${quoted(phone)} was not taken` };
      return { kind: 'taken', alternative, note: `the pattern of phone ${quoted(phone)}` };
    }
    if (mode === 'custom') {
      const text = pick(row, columns.custom);
      return text === undefined ? { kind: 'left', why: 'no column holds its custom pattern' } : convert(text);
    }
    return { kind: 'left', why: `its mode ${quoted(mode)} is not known` };
  }

  #settings(): { fallback?: null; mode?: 'enforce' | 'monitor' } {
    const settings: { fallback?: null; mode?: 'enforce' | 'monitor' } = {};
    for (const [key, value] of this.#configEntries()) {
      const what = `setting ${key}`;
      if (/^(fallback|default)(_?(phone|model))?(_?id)?$/.test(key)) {
        if (OFF.has(value.toLowerCase())) {
          settings.fallback = null;
          this.#take(what, 'off');
        } else {
          this.#leave(
            what,
            `${quoted(value)}: choose a phone model, with: device-lock fallback on --model ID`,
          );
        }
      } else if (key === 'mode' && (value === 'enforce' || value === 'monitor')) {
        settings.mode = value;
        this.#take(what, value);
      } else this.#leave(what, `${quoted(value)} means nothing here`);
    }
    return settings;
  }

  /** One row a setting, or one row with a column for each. */
  *#configEntries(): Iterable<[key: string, value: string]> {
    for (const row of this.#tables.config) {
      const key = pick(row, COLUMNS.config.key);
      const hasValue = COLUMNS.config.value.some((name) => name in row);
      if (key !== undefined && hasValue) yield [key.toLowerCase(), pick(row, COLUMNS.config.value) ?? ''];
      else
        for (const [name, value] of Object.entries(row)) if (name !== 'id') yield [name, value?.trim() ?? ''];
    }
  }

  #take(what: string, how: string): undefined {
    this.#taken.push({ what, how });
  }

  #leave(what: string, how: string): undefined {
    this.#left.push({ what, how });
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
