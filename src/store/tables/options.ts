/** The options in columns: one for each, in the system's settings and in an extension's policy alike. */
import type { Mode } from '../../domain/lock.ts';
import type { FirmwareDrift, OwnOptions } from '../../domain/policy.ts';
import { type Columns, flagColumn, flagOf } from './columns.ts';

/** NULL where nothing was decided. */
export interface OptionsRow {
  readonly mode: Mode | null;
  readonly require_registration: number | null;
  readonly evict: number | null;
  readonly hang_up: number | null;
  readonly first_use: number | null;
  readonly firmware_drift: FirmwareDrift | null;
  readonly networks: string | null;
}

export const OPTION_COLUMNS = [
  'mode',
  'require_registration',
  'evict',
  'hang_up',
  'first_use',
  'firmware_drift',
  'networks',
] as const satisfies readonly (keyof OptionsRow)[];

export function optionColumns(options: OwnOptions): OptionsRow & Columns {
  return {
    mode: options.mode ?? null,
    require_registration: flagColumn(options.requireRegistration),
    evict: flagColumn(options.evict),
    hang_up: flagColumn(options.hangUp),
    first_use: flagColumn(options.firstUse),
    firmware_drift: options.firmwareDrift ?? null,
    networks: options.networks === undefined ? null : JSON.stringify(options.networks),
  };
}

export function optionsOf(row: OptionsRow): OwnOptions {
  return {
    mode: row.mode ?? undefined,
    requireRegistration: flagOf(row.require_registration),
    evict: flagOf(row.evict),
    hangUp: flagOf(row.hang_up),
    firstUse: flagOf(row.first_use),
    firmwareDrift: row.firmware_drift ?? undefined,
    networks: row.networks === null ? undefined : (JSON.parse(row.networks) as string[]),
  };
}
