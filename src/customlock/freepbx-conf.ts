/** Reads the database's credentials out of the text of /etc/freepbx.conf. It is PHP, and is read, never run. */

export interface DatabaseAccess {
  readonly host?: string | undefined;
  readonly socket?: string | undefined;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** `$amp_conf['NAME'] = 'value';`, with either kind of quotes. */
const LINE =
  /^\s*\$amp_conf\[\s*['"](AMPDB\w+)['"]\s*\]\s*=\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*;/;

/** Undefined where it names no user. */
export function readFreepbxConf(text: string): DatabaseAccess | undefined {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, single, double] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    found.set(name, (single ?? double ?? '').replace(/\\(.)/g, '$1'));
  }
  const user = found.get('AMPDBUSER');
  if (user === undefined) return undefined;
  return {
    user,
    password: found.get('AMPDBPASS') ?? '',
    host: found.get('AMPDBHOST'),
    socket: found.get('AMPDBSOCK'),
    database: found.get('AMPDBNAME') || 'asterisk',
  };
}
