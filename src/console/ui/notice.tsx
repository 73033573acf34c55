/** What went wrong, or is worth knowing, with what to do about it. */
import type { ComponentChildren } from 'preact';
import type { ApiError } from '../api/client.ts';

export function Notice(props: {
  readonly tone: 'good' | 'warn' | 'bad';
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`notice ${props.tone}`} role={props.tone === 'bad' ? 'alert' : 'status'}>
      {props.children}
    </div>
  );
}

export function Failure({
  error,
  again,
}: {
  readonly error: ApiError | undefined;
  readonly again?: () => void;
}) {
  if (error === undefined) return null;
  return (
    <Notice tone="bad">
      <strong>{error.message}</strong> {error.hint}{' '}
      {again !== undefined && (
        <button type="button" class="button tiny" onClick={again}>
          Try again
        </button>
      )}
    </Notice>
  );
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <div class="empty" role="status">
      Loading {what} …
    </div>
  );
}
