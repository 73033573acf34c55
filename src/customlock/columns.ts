/** Rows of tables whose columns are named one way or another, read by what such columns are usually called. Pure. */

/** A row by lower-case column; null is SQL's. */
export type Row = Readonly<Record<string, string | null>>;

/** The first of these columns that the row has with something in it. */
export function pick(row: Row, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = row[name]?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

export const COLUMNS = {
  phone: {
    id: ['id', 'phone_id', 'phoneid'],
    name: ['name', 'model', 'phone', 'phone_name', 'label', 'description'],
    pattern: ['pattern', 'regex', 'regexp', 'user_agent', 'useragent', 'ua', 'match', 'ua_pattern'],
  },
  extension: {
    extension: ['extension', 'ext', 'exten', 'device', 'device_id'],
    mode: ['lock_mode', 'mode', 'lock_type', 'locktype', 'type'],
    phone: ['phone_id', 'phoneid', 'phone', 'model_id', 'model'],
    userAgent: ['locked_ua', 'user_agent', 'useragent', 'device_ua', 'ua', 'locked_user_agent'],
    custom: ['custom_pattern', 'custom', 'pattern', 'custom_ua', 'regex', 'user_agent', 'useragent', 'ua'],
    enabled: ['enabled', 'active'],
  },
  config: {
    key: ['keyword', 'key', 'name', 'setting', 'config_key', 'variable'],
    value: ['value', 'val', 'config_value', 'setting_value'],
  },
} as const;
