/** Reads the ARI events that matter. Pure: anything else, and anything of the wrong shape, gives undefined. */
import { isAorName } from './names.ts';

export type AriEvent =
  | { readonly kind: 'contact'; readonly aor: string; readonly uri: string; readonly removed: boolean }
  /** A channel entered the application. */
  | { readonly kind: 'arrived'; readonly channel: string; readonly args: readonly string[] }
  | { readonly kind: 'destroyed'; readonly channel: string };

/** The URI is an attacker's text; Asterisk itself takes none this long. */
const MAX_URI = 4096;

export function readEvent(raw: unknown): AriEvent | undefined {
  const { type, channel, args, contact_info: info } = objectOf(raw);
  switch (type) {
    case 'ContactStatusChange':
      return readContactStatus(objectOf(info));
    case 'StasisStart': {
      const { id } = objectOf(channel);
      const texts = Array.isArray(args) ? args.filter((one) => typeof one === 'string') : [];
      return typeof id === 'string' ? { kind: 'arrived', channel: id, args: texts } : undefined;
    }
    case 'ChannelDestroyed': {
      const { id } = objectOf(channel);
      return typeof id === 'string' ? { kind: 'destroyed', channel: id } : undefined;
    }
    default:
      return undefined;
  }
}

function readContactStatus({
  aor,
  uri,
  contact_status: status,
}: Record<string, unknown>): AriEvent | undefined {
  if (typeof aor !== 'string' || typeof uri !== 'string') return undefined;
  if (!isAorName(aor) || uri === '' || uri.length > MAX_URI) return undefined;
  return { kind: 'contact', aor, uri, removed: status === 'Removed' };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
