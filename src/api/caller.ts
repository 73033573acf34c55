/** Who asks, for the audit: as the caller says, cleaned. The socket's file mode is the guard, so nothing is proven here. */
import type { IncomingHttpHeaders } from 'node:http';

export const WHO_HEADER = 'x-device-lock-who';
const MAX_WHO = 64;

/** `cli:root`, `freepbx:admin`, `api:name`, or `api` where nothing was said. */
export function callerOf(headers: IncomingHttpHeaders): string {
  const said = headers[WHO_HEADER];
  const text = (Array.isArray(said) ? (said[0] ?? '') : (said ?? '')).slice(0, MAX_WHO);
  const clean = text.replace(/[^A-Za-z0-9 _.:@+-]/g, '').trim();
  if (clean === '') return 'api';
  return /^[a-z]{2,12}:./.test(clean) ? clean : `api:${clean}`;
}
