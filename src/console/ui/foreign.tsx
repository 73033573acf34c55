/** Text that came from SIP: only ever text, isolated from what stands around it, its control characters shown by name. */
import { partsOf, plainOf } from '../model/foreign-text.ts';

interface Props {
  readonly text: string | null;
  /** Why it is not shown as sent, where it was malformed. */
  readonly fault?: string | null;
  readonly limit?: number;
}

export function Foreign({ text, fault, limit = 120 }: Props) {
  if (text === null) return <span class="soft">no User-Agent</span>;
  return (
    <bdi class="foreign" dir="ltr" title={plainOf(text, 512)}>
      {fault != null && <span class="control">malformed</span>}
      {partsOf(text, limit).map((part) =>
        part.kind === 'text' ? (
          part.text
        ) : (
          <span class={part.kind === 'control' ? 'control' : 'soft'}>{part.text}</span>
        ),
      )}
    </bdi>
  );
}
