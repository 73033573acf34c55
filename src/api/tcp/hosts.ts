/**
 * Under which names the console may be asked for. A page elsewhere can have its own name point here (DNS rebinding) and
 * would then be taken for the console's own: its name stands in the Host header, and is not in this list.
 */

const ALWAYS = ['localhost', '127.0.0.1', '::1'];

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** @param text `127.0.0.1:4581` or `[::1]:4581`, as the configuration has been checked to have it */
export function readListen(text: string): Listen {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}

/** @param own the address of this machine that the connection came to */
export function isOwnHost(
  header: string | undefined,
  listen: Listen,
  names: readonly string[],
  own?: string,
): boolean {
  const host = hostIn(header);
  if (host === undefined) return false;
  return [...ALWAYS, listen.host, ...names, own?.replace(/^::ffff:/, '')].some(
    (one) => one?.toLowerCase() === host,
  );
}

/** Without port and brackets, in lower case; undefined where it is none. */
function hostIn(header: string | undefined): string | undefined {
  const [, six, other] =
    /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::\d{1,5})?$/i.exec(header ?? '') ?? [];
  return (six ?? other)?.toLowerCase();
}

/** The console's address for a person. */
export function urlOf(listen: Listen, names: readonly string[], isTls: boolean): string {
  const [name = listen.host.includes(':') ? `[${listen.host}]` : listen.host] = names;
  return `${isTls ? 'https' : 'http'}://${name}:${listen.port}/`;
}
