/** What the thread that runs ari-client and the rest of the program say to each other. Plain data only. */

/** Handed to the thread at its start. */
export interface LibrarySettings {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly application: string;
}

/** Event types that are listened to; everything else is dropped before ari-client looks at it. */
export const EVENT_TYPES = ['ContactStatusChange', 'StasisStart', 'ChannelDestroyed'] as const;

export type ToLibrary =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly resource: string;
      readonly operation: string;
      readonly parameters: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'ping'; readonly id: number };

export type FromLibrary =
  /** Logged in, the WebSocket is open. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  /** Asterisk or the library says no. */
  | { readonly kind: 'refusal'; readonly id: number; readonly why: string }
  | { readonly kind: 'event'; readonly event: unknown }
  /** An event that the library could not take; it was left out. */
  | { readonly kind: 'fault'; readonly why: string }
  /** The WebSocket is gone. */
  | { readonly kind: 'lost'; readonly why: string };
